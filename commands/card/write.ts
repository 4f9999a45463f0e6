import path from "node:path";
import { hostKeyFingerprint, withoutComment } from "../../components/board/connection.ts";
import { cardFiles } from "../../components/card/card.ts";
import { newKeyPair } from "../../components/card/keys.ts";
import { cardPlanOf } from "../../settings/cards.ts";
import type { BoardSettings, Settings } from "../../settings/schema.ts";
import type { StackConfig } from "../../settings/stackFile.ts";
import { checkFolder, makeFolder, writeCard } from "./folder.ts";
import { findSecrets, type ReadSecrets, storeKey } from "./secrets.ts";
import { flashing } from "./text.ts";

/** The cards that are wanted. */
export interface WantedCards {
  readonly settings: Pick<Settings, "cards">;
  /** The configuration in the stack's file. */
  readonly written: StackConfig;
  readonly boards: readonly BoardSettings[];
  /** The folder of the card, or with `all` of a folder for each board. */
  readonly to: string;
  /** Whether each board gets a folder of its own below `to`, which is made if it is missing. */
  readonly all: boolean;
}

/** Who is told, and where keys go. */
export interface CardDesk {
  readonly say: (line: string) => void;
  /** Puts host keys, by the boards' names, into the stack's file. */
  readonly store: (keys: Readonly<Record<string, string>>) => Promise<void>;
  /** Default: by Pulumi's engine. */
  readonly read?: ReadSecrets | undefined;
  readonly storeKey?: typeof storeKey | undefined;
}

/**
 * Writes cards, each with a new host key. Everything is checked before anything is written. A card is complete before
 * the settings have its key, so that after an interruption the same command makes both match again.
 *
 * @throws FolderError, or Error if the stack's secrets can't be used
 */
export async function writeCards(
  stack: string,
  { settings, written, boards, to, all }: WantedCards,
  { say, store, read, storeKey: keep = storeKey }: CardDesk,
): Promise<void> {
  const needsWifi = boards.some(({ wifi }) => wifi);
  const secrets = await findSecrets(stack, written, needsWifi, read);
  const cards = boards.map((board) => {
    const plan = cardPlanOf(settings, board, secrets, newKeyPair(board.name));
    return { plan, files: cardFiles(plan), folder: all ? path.join(to, board.name) : to };
  });
  const mounted = new Set<string>();
  for (const { plan, files, folder } of cards) {
    if (all) await makeFolder(folder);
    if (await checkFolder(folder, plan.system, files)) mounted.add(folder);
  }
  if (secrets.newKey !== undefined) {
    await keep(stack, secrets.newKey);
    say("generated an SSH key for the stack, and stored it encrypted as bramble:ssh.privateKey");
  }
  for (const { plan, files, folder } of cards) {
    const { board, system, hostKey } = plan;
    await writeCard(folder, system, files);
    await store({ [board]: withoutComment(hostKey.publicKey) });
    say(`${board}: wrote ${files.map((file) => file.path).join(", ")} to ${folder}`);
    say(`  host key ${hostKeyFingerprint(hostKey.publicKey)}, stored in the settings`);
    say(mounted.has(folder) ? "  unmount the card, and insert it into the board" : flashing(system, folder));
  }
}
