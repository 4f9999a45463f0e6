import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { InterruptedError } from "../../commands/askHidden.ts";
import { providePassphrase } from "../../commands/passphrase.ts";

const folder = mkdtempSync(path.join(tmpdir(), "stacks-"));
vi.mock("../../settings/stackFile.ts", () => ({
  stackFile: (stack: string) => pathToFileURL(path.join(folder, stack)),
}));
writeFileSync(path.join(folder, "locked"), "encryptionsalt: v1:abc=\nconfig: {}\n");
writeFileSync(path.join(folder, "open"), "secretsprovider: awskms://key\nconfig: {}\n");
writeFileSync(path.join(folder, "empty"), "");
afterAll(() => rmSync(folder, { recursive: true }));

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

it("sets nothing where the question is ended", async () => {
  const environment = {};
  const ask = () => Promise.reject(new InterruptedError("interrupted"));
  await expect(providePassphrase("locked", environment, ask)).rejects.toThrow("interrupted");
  expect(environment).toEqual({});
});
