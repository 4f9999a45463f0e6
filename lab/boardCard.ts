// A board's card, written by the same code as `npm run card`.
import fs from "node:fs/promises";
import path from "node:path";
import { writeCards } from "../commands/card/write.ts";
import { sections } from "../settings/schema.ts";
import { gatewayAddress } from "./addresses.ts";
import { writeFiles, type PartitionFiles } from "./card.ts";

/** What a board's card says, and what its owner knows of it. */
export interface BoardCard {
  /** On the boot partition. */
  readonly files: PartitionFiles;
  /** The board's host key, as in authorized_keys. */
  readonly hostKey: string;
}

/** What the settings of a board's stack say. */
interface CardSettings {
  /** As below `boards`, without its hostKey. */
  board: object;
  /** As below `cards`. Default: the boards' network. */
  cards?: unknown;
  /** The stack's SSH key. */
  privateKey: string;
  /** What the boot partition holds after flashing. Default: nothing, and the files are copied onto it later. */
  flashed?: PartitionFiles;
}

/**
 * Writes a card, with a new host key, to a folder that stands for the mounted boot partition.
 *
 * @param folder is made for it
 */
export async function writeBoardCard(
  folder: string,
  { board, cards = { gateway: gatewayAddress }, privateKey, flashed = {} }: CardSettings,
): Promise<BoardCard> {
  await writeFiles(folder, flashed);
  const settings = { cards: sections.cards.parse(cards) };
  const ssh = { privateKey };
  let hostKey = "";
  await writeCards(
    "lab",
    {
      settings,
      written: { "bramble:ssh": ssh },
      boards: sections.boards.parse([board]),
      to: folder,
      all: false,
    },
    {
      say: () => undefined,
      store: (keys) => {
        [hostKey = ""] = Object.values(keys);
        return Promise.resolve();
      },
      read: () => Promise.resolve({ ssh }),
    },
  );
  const names = await fs.readdir(folder);
  const contents = await Promise.all(names.map((name) => fs.readFile(path.join(folder, name), "utf8")));
  return { files: Object.fromEntries(names.map((name, i) => [name, contents[i] ?? ""])), hostKey };
}
