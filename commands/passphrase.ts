import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { stackFile } from "../settings/stackFile.ts";
import { askHidden } from "./askHidden.ts";

/**
 * Puts the passphrase of a stack's secrets into this process's environment, where Pulumi's CLI looks for it: a command's
 * CLI has no terminal to ask on. It is asked for once, if neither of Pulumi's variables is set; of a stack whose secrets
 * are encrypted in another way, not at all.
 *
 * @throws Error if there is no terminal; InterruptedError
 */
export async function providePassphrase(
  stack: string,
  environment: NodeJS.ProcessEnv = process.env,
  ask: typeof askHidden | undefined = process.stdin.isTTY && process.stdout.isTTY ? askHidden : undefined,
): Promise<void> {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  if (passphrase !== undefined || file !== undefined || !hasPassphrase(stack)) return;
  if (ask === undefined) {
    throw new Error(
      `the secrets of ${stack} are encrypted with a passphrase, which is not set.\n  fix: run this in a terminal, or set PULUMI_CONFIG_PASSPHRASE_FILE to the path of a file with it`,
    );
  }
  environment.PULUMI_CONFIG_PASSPHRASE = await ask(`Passphrase of the secrets of ${stack} (not shown): `);
}

function hasPassphrase(stack: string): boolean {
  const file = parse(readFileSync(stackFile(stack), "utf8")) as { encryptionsalt?: string } | null;
  return file?.encryptionsalt !== undefined;
}
