// In front of a program: a mock of Pulumi's engine, which at the end tells what was registered.
import { runtime } from "@pulumi/pulumi";

const registered = [];

await runtime.setMocks(
  {
    call: () => ({ id: "0" }),
    newResource: ({ type, name, inputs }) => {
      registered.push(`${type} ${name}`);
      const output = type === "pulumi:index:Stash" ? { output: inputs.input } : {};
      // What else a resource has is unknown in a preview.
      return { id: name, state: { ...inputs, ...output } };
    },
  },
  "other",
  "home",
  true,
);
const monitor = runtime.getMonitor();
const accept = (_, done) => done(null, {});
monitor.registerResourceHook = accept;
monitor.registerErrorHook = accept;
process.on("exit", () => process.stdout.write(`${JSON.stringify(registered)}\n`));
