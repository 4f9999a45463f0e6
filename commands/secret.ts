// Secrets of a user's stack, encrypted into its file by Pulumi's CLI.
import { execa } from "execa";
import { fileURLToPath } from "node:url";
import { enginePlace } from "../tools/engine.ts";
import { obtainCli } from "../tools/obtainEngine.ts";
import { engineOptions } from "../tools/pulumi.ts";

const workDir = fileURLToPath(new URL("..", import.meta.url));

/** Thrown if the stack's secrets are encrypted with a passphrase that is in neither variable of the environment. */
export class PassphraseNeededError extends Error {
  override readonly name = "PassphraseNeededError";
}

/**
 * Encrypts a value into a stack's file. It goes to the CLI on standard input: the Automation API has it in a command
 * line, which everybody on the machine can read.
 *
 * @param path `bramble:dns.apiToken`
 * @param passphrase of the stack's secrets. Default: PULUMI_CONFIG_PASSPHRASE, or none is needed
 * @throws PassphraseNeededError, or an Error with what the CLI said
 */
export async function setSecret(
  stack: string,
  path: string,
  value: string,
  passphrase?: string,
): Promise<void> {
  const cli = await obtainCli(enginePlace());
  const { envVars } = await engineOptions(
    cli,
    passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: passphrase },
  );
  const args = ["config", "set", "--secret", "--path", path, "--stack", stack, "--non-interactive"];
  const { exitCode, stderr } = await execa(cli, args, {
    cwd: workDir,
    env: envVars ?? {},
    input: value,
    reject: false,
  });
  if (exitCode === 0) return;
  const said = /error: (.+)/s.exec(stderr)?.[1]?.trim() ?? stderr.trim();
  if (said.includes("PULUMI_CONFIG_PASSPHRASE")) throw new PassphraseNeededError(said);
  const fix = said.includes("no stack named") ? `\n  fix: npx pulumi stack init ${stack}` : "";
  throw new Error(`${path} was not stored: ${said}${fix}`);
}
