import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { InterruptedError } from "../../../commands/askHidden.ts";
import { setSecrets } from "../../../commands/check/setSecrets.ts";
import { settings } from "../../settings/smallCluster.ts";
import { completed } from "../../../settings/unset.ts";

const unset = completed(
  "home",
  settings((config) => {
    delete config["bramble:cluster"];
    config["bramble:dns"] = {};
    config["bramble:datadog"] = {};
  }),
).unset;
const token = "t".repeat(40);
const apiKey = "0".repeat(32);

/** What is asked, said and stored where the user answers so, and then ends it. */
async function talk(answers: string[]) {
  const said: string[] = [];
  const stored: [string, string][] = [];
  const ended = await setSecrets(unset, {
    ask: () => {
      const next = answers.shift();
      return next === undefined ? Promise.reject(new InterruptedError()) : Promise.resolve(next);
    },
    say: (line) => said.push(line),
    store: (...secret) => Promise.resolve(void stored.push(secret)),
  }).catch((error: unknown) => error);
  return { ended, said: said.join("\n"), stored };
}

it("asks for each secret, and for nothing that is none", async () => {
  const { ended, said, stored } = await talk([token, apiKey]);
  expect(ended).toEqual([]);
  expect(stored).toEqual([
    ["bramble:dns.apiToken", token],
    ["bramble:datadog.apiKey", apiKey],
  ]);
  expect(said).toContain("bramble:dns.apiToken: Cloudflare API token");
  expect(said).not.toContain("hostKey");
  expect(said).not.toMatch(/t{40}|0{32}/);
});

it("asks again where a value has the wrong form, and shows it nowhere", async () => {
  const { said, stored } = await talk(["s3cr3t", token, apiKey]);
  expect(said).toContain("rejected: it must be a Cloudflare API token");
  expect(said).not.toContain("s3cr3t");
  expect(stored).toHaveLength(2);
});

it("names what was skipped", async () => {
  const { ended, stored } = await talk(["", apiKey]);
  expect(ended).toEqual(["bramble:dns.apiToken"]);
  expect(stored).toEqual([["bramble:datadog.apiKey", apiKey]]);
});

it("has stored what was given before an interruption", async () => {
  const { ended, stored } = await talk([token]);
  expect(ended).toBeInstanceOf(InterruptedError);
  expect(stored).toEqual([["bramble:dns.apiToken", token]]);
});

it.for([
  ["a line", "s3cr3t\r", "answered 6"],
  ["Ctrl-C", "s3c\x03", "InterruptedError"],
  ["Ctrl-D", "\x04", "InterruptedError"],
] as const)("on a terminal takes %s without showing it", async ([, typed, says]) => {
  const module = new URL("../../../commands/askHidden.ts", import.meta.url).href;
  const program = `import(${JSON.stringify(module)}).then(({ askHidden }) => askHidden("value: ")).then((value) => console.log("answered " + value.length), (error) => console.log(error.name))`;
  const command = `'${process.execPath}' --input-type=module -e '${program}'`;
  // Of util-linux: gives a program a terminal.
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const isAsked = said.includes("value: ");
    said += chunk.toString();
    // Not before it is asked for: the terminal itself would show it.
    if (!isAsked && said.includes("value: ")) child.stdin.write(typed);
  });
  await ended;
  expect(said).toContain(says);
  expect(said).not.toContain("s3c");
});
