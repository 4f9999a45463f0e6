// Host keys in a stack's file, where everything else stays as the user wrote it.
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, parseDocument, Scalar, type YAMLMap } from "yaml";

/** A piece of a text that is replaced. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * A stack's file with the host keys of some boards.
 *
 * @param text of the file
 * @param keys public host keys by the boards' names
 * @throws Error if the file writes the boards in a way that can't be changed without changing something else
 */
export function withHostKeys(text: string, keys: Readonly<Record<string, string>>): string {
  const edits = Object.entries(keys).map(([name, key]) => editFor(text, name, key));
  const edited = edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((all, { from, to, text: piece }) => all.slice(0, from) + piece + all.slice(to), text);
  const wanted = contentOf(text);
  for (const board of boardsIn(wanted)) {
    const key = keys[String(board.name)];
    if (key !== undefined) board.hostKey = key;
  }
  // What an anchor and its aliases share would change with it.
  if (!isDeepStrictEqual(contentOf(edited), wanted)) throw cannotEdit(Object.keys(keys).join(", "));
  return edited;
}

function editFor(text: string, name: string, key: string): Edit {
  const board = boardNode(text, name);
  const pairOf = (field: string) =>
    board.items.find(({ key: node }) => isScalar(node) && node.value === field);
  const present = pairOf("hostKey");
  if (present) {
    const { value } = present;
    const isOneLine =
      isScalar(value) && value.type !== Scalar.BLOCK_LITERAL && value.type !== Scalar.BLOCK_FOLDED;
    if (!isOneLine || !value.range) throw cannotEdit(name);
    const [from, to] = value.range;
    // Of `hostKey:` without a value.
    return { from, to, text: /\s/.test(text[from - 1] ?? "") ? key : ` ${key}` };
  }
  const after = pairOf("host") ?? pairOf("name");
  const place =
    isScalar(after?.value) && isScalar(after.key) ? [after.key.range?.[0], after.value.range?.[1]] : [];
  const [start, end] = place;
  if (start === undefined || end === undefined) throw cannotEdit(name);
  if (board.flow) return { from: end, to: end, text: `, hostKey: ${key}` };
  const indent = " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lineEnd = text.indexOf(newline, end);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return { from: at, to: at, text: `${newline}${indent}hostKey: ${key}` };
}

function boardNode(text: string, name: string): YAMLMap {
  const boards = parseDocument(text).getIn(["config", "bramble:boards"], true);
  const found = isSeq(boards)
    ? boards.items.find((each) => isMap(each) && each.get("name") === name)
    : undefined;
  if (!isMap(found)) throw cannotEdit(name);
  return found;
}

function contentOf(text: string): unknown {
  // A copy, in which nothing is shared.
  return JSON.parse(JSON.stringify(parseDocument(text, { merge: true }).toJS())) as unknown;
}

function boardsIn(content: unknown): Record<string, unknown>[] {
  return (content as { config: Record<string, Record<string, unknown>[]> }).config["bramble:boards"] ?? [];
}

function cannotEdit(boards: string): Error {
  return new Error(
    `the hostKey of ${boards} can't be written into the stack's file, since its board is an alias or has one (&, *).\n  fix: write each board out below bramble:boards, as { name: …, host: … }`,
  );
}
