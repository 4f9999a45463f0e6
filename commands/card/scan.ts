import { hostKeyFingerprint, type SshAddress, withoutComment } from "../../components/board/connection.ts";
import { offeredHostKey } from "../../components/board/offeredHostKey.ts";

/** A board whose key is looked at. */
export interface ScannedBoard extends Pick<SshAddress, "host" | "port"> {
  readonly name: string;
  /** Of the settings. */
  readonly hostKey?: string | undefined;
}

/** What came of a board. */
export interface ScanResult {
  readonly board: ScannedBoard;
  /** The key that answered; undefined if none did. */
  readonly offered: string | undefined;
  /**
   * `same` as in the settings; `new`: the settings have none; `changed`: they have another; `other`: it is the key of
   * another board; `silent`: no answer.
   */
  readonly found: "same" | "new" | "changed" | "other" | "silent";
  /** The board whose key it is, of `other`. */
  readonly owner?: string;
}

/** Asks all boards at once for their keys, and compares them with the settings and with each other. */
export async function scan(
  boards: readonly ScannedBoard[],
  offer: typeof offeredHostKey = offeredHostKey,
): Promise<ScanResult[]> {
  const answers = await Promise.all(boards.map(async (board) => ({ board, offered: await offer(board) })));
  return answers.map(({ board, offered }) => {
    if (offered === undefined) return { board, offered, found: "silent" };
    const isSame = withoutComment(board.hostKey ?? "") === offered;
    const owner =
      boards.find(({ name, hostKey = "" }) => name !== board.name && withoutComment(hostKey) === offered) ??
      (isSame ? undefined : answers.find((each) => each.board !== board && each.offered === offered)?.board);
    if (isSame && owner === undefined) return { board, offered, found: "same" };
    if (owner !== undefined) return { board, offered, found: "other", owner: owner.name };
    return { board, offered, found: board.hostKey === undefined ? "new" : "changed" };
  });
}

/** A result in a line or two. */
export function resultText({ board, offered, found, owner }: ScanResult): string {
  const { name, host, hostKey } = board;
  const answered = offered === undefined ? "no answer" : hostKeyFingerprint(offered);
  const known = hostKey === undefined ? "not set" : hostKeyFingerprint(hostKey);
  const says: Readonly<Record<ScanResult["found"], string>> = {
    same: "same as in the settings",
    new: `settings: ${known}`,
    changed: `differs from the settings: ${known}`,
    other: `is the key of ${owner ?? ""}: its card, or a copy of it, is in the board at ${host}. Insert the card of ${name}, or correct host`,
    silent: "check its power, its network and its host",
  };
  return `${name} (${host}): ${answered}\n  ${says[found]}`;
}
