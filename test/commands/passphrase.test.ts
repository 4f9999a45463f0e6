import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { InterruptedError } from "../../commands/askHidden.ts";

const folder = mkdtempSync(path.join(tmpdir(), "stacks-"));
vi.mock("../../settings/stackFile.ts", () => ({
  stackFile: (stack: string) => pathToFileURL(path.join(folder, stack)),
}));
writeFileSync(path.join(folder, "locked"), "encryptionsalt: v1:abc=\nconfig: {}\n");
writeFileSync(path.join(folder, "open"), "secretsprovider: awskms://key\nconfig: {}\n");
writeFileSync(path.join(folder, "empty"), "");
afterAll(() => {
  vi.resetModules();
  rmSync(folder, { recursive: true });
});

// Files of one worker share their modules: others have the real one.
vi.resetModules();
const { providePassphrase } = await import("../../commands/passphrase.ts");
const { openStack } = await import("../../commands/run.ts");
const { setSecret } = await import("../../commands/secret.ts");

const typed = () => vi.fn(() => Promise.resolve("correct horse"));

it("asks once for the passphrase of a stack that has one", async () => {
  const [ask, environment] = [typed(), {}];
  await providePassphrase("locked", environment, ask);
  await providePassphrase("locked", environment, ask);
  expect(environment).toEqual({ PULUMI_CONFIG_PASSPHRASE: "correct horse" });
  expect(ask.mock.calls).toEqual([["Passphrase of the secrets of locked (not shown): "]]);
});

it.each([
  ["of a stack with another provider", "open", {}],
  ["of a stack without anything", "empty", {}],
  ["that is set", "locked", { PULUMI_CONFIG_PASSPHRASE: "" }],
  ["whose file is set", "locked", { PULUMI_CONFIG_PASSPHRASE_FILE: "/run/secret" }],
])("asks for none %s", async (_, stack, environment) => {
  const [ask, before] = [typed(), { ...environment }];
  await providePassphrase(stack, environment, ask);
  expect(ask).not.toHaveBeenCalled();
  expect(environment).toEqual(before);
});

it("says what to set without a terminal", async () => {
  const environment = {};
  await expect(providePassphrase("locked", environment, undefined)).rejects.toThrow(
    /^the secrets of locked .*\n {2}fix: .*PULUMI_CONFIG_PASSPHRASE_FILE/,
  );
  expect(environment).toEqual({});
});

it.each([
  ["a secret is stored", () => setSecret("locked", "bramble:dns.apiToken", "token")],
  ["a stack is opened", () => openStack("locked")],
])("is needed before %s", async (_, use) => {
  for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
    vi.stubEnv(name, undefined);
  await expect(use()).rejects.toThrow("the secrets of locked are encrypted with a passphrase");
  vi.unstubAllEnvs();
});

it("sets nothing where the question is ended", async () => {
  const environment = {};
  const ask = () => Promise.reject(new InterruptedError("interrupted"));
  await expect(providePassphrase("locked", environment, ask)).rejects.toThrow("interrupted");
  expect(environment).toEqual({});
});
