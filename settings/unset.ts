// What a deployment needs besides what is in a stack's file, so that a check can judge everything else.
import { createHash } from "node:crypto";
import type { z } from "zod";
import { cardCommand, setSecretCommand } from "./errors.ts";
import { pathKeys, pathText } from "./issues.ts";
import { parseSections } from "./parse.ts";
import { settingsSchema } from "./schema.ts";
import { isSecret, schemaAt, valueAt } from "./schema/nodes.ts";
import { placeholder, secretsAdded, withPlaceholders } from "./secrets.ts";
import { ownSettings, type StackConfig } from "./stackFile.ts";

/** A setting that a deployment needs and that is not in the stack's file yet. */
export interface UnsetSetting {
  /** Where it belongs: `bramble:dns.apiToken`. */
  readonly path: string;
  /** The command that sets it. */
  readonly command: string;
  /** The schema of a secret; undefined of a board's host key, which is none. */
  readonly secret: z.ZodType | undefined;
}

/**
 * A configuration with a placeholder for each secret, and for each host key that is still to be set.
 *
 * @param stack its name, for the commands
 * @param written the configuration in its file
 */
export function completed(
  stack: string,
  written: StackConfig,
): { config: StackConfig; unset: readonly UnsetSetting[] } {
  const filled = withPlaceholders(written);
  // Rules may need more: a bucket its keys, a board that bramble sets up its host key.
  const more = parseSections(ownSettings(filled), stack).errors.flatMap(({ path }) => {
    const keys = pathKeys(path.slice("bramble:".length));
    const node = schemaAt(settingsSchema, keys);
    if (!node || valueAt(ownSettings(filled), keys) !== undefined) return [];
    if (isSecret(node)) return [{ keys, value: placeholder(node, keys.join(".")) }];
    const isHostKey = keys[0] === "boards" && keys[2] === "hostKey";
    return isHostKey ? [{ keys, value: hostKeyPlaceholder(path) }] : [];
  });
  const config = structuredClone(filled);
  for (const { keys, value } of more) {
    const owner = valueAt(config, [`bramble:${String(keys[0])}`, ...keys.slice(1, -1)]);
    Object.assign(owner as object, { [keys.at(-1) ?? ""]: value });
  }
  const all = [...secretsAdded(filled, written), ...more.map(({ keys }) => keys)];
  return { config, unset: all.map((keys) => unsetSetting(stack, config, keys)) };
}

function unsetSetting(stack: string, config: StackConfig, keys: readonly PropertyKey[]): UnsetSetting {
  const setting = pathText(keys);
  const path = `bramble:${setting}`;
  const node = schemaAt(settingsSchema, keys);
  if (isSecret(node)) return { path, command: setSecretCommand(setting, stack), secret: node };
  const board = valueAt(ownSettings(config), [...keys.slice(0, -1), "name"]);
  return { path, command: cardCommand(stack, String(board)), secret: undefined };
}

/** A public key of the right form (RFC 8709, 4), another one for each board. */
function hostKeyPlaceholder(path: string): string {
  const type = Buffer.from("ssh-ed25519");
  const key = createHash("sha256").update(path).digest();
  const parts = [type, key].flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]);
  return `ssh-ed25519 ${Buffer.concat(parts).toString("base64")}`;
}
