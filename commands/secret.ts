// Secrets of a user's stack, encrypted into its file by Pulumi's CLI.
import { execa } from "execa";
import { fileURLToPath } from "node:url";
import { enginePlace } from "../tools/engine.ts";
import { obtainCli } from "../tools/obtainEngine.ts";
import { engineOptions } from "../tools/pulumi.ts";
import { providePassphrase } from "./passphrase.ts";

const workDir = fileURLToPath(new URL("..", import.meta.url));

/** Thrown if a secret was not stored, with what the CLI said. */
export class SecretNotStoredError extends Error {
  override readonly name = "SecretNotStoredError";
}

/**
 * Encrypts a value into a stack's file. It goes to the CLI on standard input: the Automation API has it in a command
 * line, which everybody on the machine can read.
 *
 * @param path `bramble:dns.apiToken`
 * @throws SecretNotStoredError, and what {@link providePassphrase} throws
 */
export async function setSecret(stack: string, path: string, value: string): Promise<void> {
  await providePassphrase(stack);
  const cli = await obtainCli(enginePlace());
  const { envVars } = await engineOptions(cli);
  const args = ["config", "set", "--secret", "--path", path, "--stack", stack, "--non-interactive"];
  const { exitCode, stderr } = await execa(cli, args, {
    cwd: workDir,
    env: envVars ?? {},
    input: value,
    reject: false,
  });
  if (exitCode === 0) return;
  const said = /error: (.+)/s.exec(stderr)?.[1]?.trim() ?? stderr.trim();
  const fix = said.includes("no stack named") ? `\n  fix: npx pulumi stack init ${stack}` : "";
  throw new SecretNotStoredError(`${path} was not stored: ${said}${fix}`);
}
