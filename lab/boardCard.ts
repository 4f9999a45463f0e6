// What `npm run card` writes for a board, here for boards that are in no stack's settings.
import fs from "node:fs/promises";
import path from "node:path";
import { cardFiles } from "../components/card/card.ts";
import { boardAddress, gatewayAddress, prefixLength } from "./addresses.ts";
import { runOrThrow } from "./built.ts";
import type { PartitionFiles } from "./card.ts";
import type { VirtualBoardImage } from "./image.ts";

/** What a board's card says, and what its owner knows of it. */
export interface BoardCard {
  /** On the boot partition, beside what the system has there. */
  readonly files: PartitionFiles;
  /** The board's host key, as in authorized_keys. */
  readonly hostKey: string;
}

/**
 * A card for a board with the lab's key and user `pi`.
 *
 * @param folder for the host key, which is made for it
 * @param name of the board
 * @param place on the network, from 1
 */
export async function makeBoardCard(
  folder: string,
  name: string,
  place: number,
  image: VirtualBoardImage,
): Promise<BoardCard> {
  const key = path.join(folder, "host-key");
  await fs.rm(key, { force: true });
  await runOrThrow("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  const [privateKey, publicKey, authorizedKey] = await Promise.all(
    [key, `${key}.pub`, `${image.privateKeyPath}.pub`].map((file) => fs.readFile(file, "utf8")),
  );
  const files = cardFiles({
    board: name,
    system: "raspberry-pi-os",
    host: boardAddress(place),
    user: "pi",
    authorizedKeys: [authorizedKey!.trim()],
    hostKey: { privateKey: privateKey!, publicKey: publicKey!.trim() },
    network: { prefix: prefixLength, gateway: gatewayAddress, nameservers: [gatewayAddress] },
  });
  return {
    files: Object.fromEntries(files.map(({ path, content }) => [path, content])),
    hostKey: publicKey!.trim(),
  };
}
