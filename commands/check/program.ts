import { devNull } from "node:os";
import { runtime } from "@pulumi/pulumi";
import type { Seen } from "../../policy/rule.ts";
import type { StackConfig } from "../../settings/stackFile.ts";

type Inputs = Record<string, unknown>;

/**
 * What the program would register for a stack, by running it on the Pulumi SDK's own test monitor: nothing is
 * dialled and nothing is made. Once in a process: the program is a module and runs when it is first imported.
 *
 * @param config the stack's configuration with a value for every secret
 * @throws what the program throws
 */
export async function registeredResources(stack: string, config: StackConfig): Promise<Seen[]> {
  const seen: Seen[] = [];
  // The SDK's test monitor has nobody who would say which keys were encrypted: here all of them were.
  const sections = Object.keys(config);
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(sections);
  const entries = Object.entries(withoutCluster(config));
  runtime.setAllConfig(Object.fromEntries(entries.map(([key, value]) => [key, asText(value)])));
  await runtime.setMocks(
    {
      call: () => ({}),
      newResource: ({ type, name, inputs }) => {
        const props = Object.fromEntries(
          Object.entries(inputs as Inputs).map(([key, value]) => [
            key,
            runtime.unwrapRpcSecret(value) as unknown,
          ]),
        );
        seen.push({ type, name, props, isProtected: false });
        return { id: name, state: outputsOf(type, props) };
      },
    },
    "bramble",
    stack,
    // As in a preview, what only a deployment brings forth, such as a board's answer, is not known.
    true,
    "organization",
  );
  // What the SDK's test monitor lacks: hooks are registered with an engine, which would call them at a deployment.
  const register = (_: unknown, answer: (error: null, response: object) => void) => answer(null, {});
  Object.assign(runtime.getMonitor() ?? {}, { registerErrorHook: register, registerResourceHook: register });
  // The SDK takes the stack of each of its promises, a third of the time for a large cluster.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const { warn } = console;
  // Where there is no engine the SDK logs to the console. The check tells warnings of settings by itself.
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).startsWith("warning: [runtime] bramble:")) warn(...said);
  };
  try {
    await import("../../index.ts");
    await runtime.disconnect();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    console.warn = warn;
  }
  return seen;
}

/** What the program may use of a resource. Less than all there is: to carry it about takes most of the time. */
function outputsOf(type: string, props: Inputs): Inputs {
  if (type === "random:index/randomPassword:RandomPassword") return { ...props, result: "generated" };
  if (type === "pulumi:index:Stash") return { ...props, output: props.input };
  // What a command prints is not known before it runs, and of an object only its name is used.
  if (type.startsWith("command:")) return {};
  return type.startsWith("kubernetes:") ? { metadata: props.metadata } : props;
}

/** A kubeconfig that is not there yet is no fault of what is checked: an empty one will do. */
function withoutCluster(config: StackConfig): StackConfig {
  const cluster = config["bramble:cluster"] as Inputs | undefined;
  return cluster?.kubeconfig === undefined
    ? config
    : { ...config, "bramble:cluster": { ...cluster, kubeconfig: devNull } };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
