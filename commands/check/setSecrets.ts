import { withoutWrapping } from "../../settings/schema/nodes.ts";
import type { UnsetSetting } from "../../settings/unset.ts";

/** How the user is asked, and where secrets go. */
export interface SecretDesk {
  /** Asks without showing what is typed. */
  readonly ask: (question: string) => Promise<string>;
  readonly say: (line: string) => void;
  /** Encrypts a secret into the stack's file, by its path. */
  readonly store: (path: string, value: string) => Promise<void>;
}

/**
 * Asks for each secret that is still to be set, and stores it at once, so that an interruption loses none. One that its
 * schema rejects is asked for again; an empty answer skips it.
 *
 * @returns the paths of those that were skipped
 * @throws what `ask` and `store` throw
 */
export async function setSecrets(
  unset: readonly UnsetSetting[],
  { ask, say, store }: SecretDesk,
): Promise<string[]> {
  const skipped: string[] = [];
  for (const { path, secret } of unset) {
    if (secret === undefined) continue;
    say(`${path}: ${withoutWrapping(secret).meta()?.description ?? ""} Enter skips it.`);
    for (;;) {
      const value = await ask("  value (not shown): ");
      const { success, error } = secret.safeParse(value);
      if (value === "") {
        skipped.push(path);
      } else if (success) {
        await store(path, value);
        say("  stored");
      } else {
        // A schema's words never contain the value.
        say(`  rejected: it ${error.issues[0]?.message ?? ""}`);
        continue;
      }
      break;
    }
  }
  return skipped;
}
