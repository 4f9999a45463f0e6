// DNS messages (RFC 1035), as far as a server needs them that is asked one question at a time.

/** A record of an answer. Of a SOA the content is the zone's name. */
export interface Answer {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** What is asked, and where the question ends in the message. */
export interface Question {
  readonly name: string;
  readonly type: number;
  readonly end: number;
}

const types: Readonly<Record<string, number>> = { A: 1, CNAME: 5, SOA: 6, TXT: 16 };
const headerLength = 12;
/** An answer, by the authority, as wanted; with recursion. */
const answered = 0x8580;
const noSuchName = 3;

/** The number of a type; undefined of one that is not served. */
export function numberOfType(type: string): number | undefined {
  return types[type];
}

/** The question of a message; undefined if there is none. */
export function questionOf(query: Buffer): Question | undefined {
  const labels: string[] = [];
  let at = headerLength;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const end = at + 5;
  return end > query.length ? undefined : { name: labels.join("."), type: query.readUInt16BE(at + 1), end };
}

/**
 * The answer to a message.
 *
 * @param exists whether there is such a name. Default: yes
 */
export function answerTo(
  query: Buffer,
  question: Question,
  answers: readonly Answer[],
  exists = true,
): Buffer {
  const header = Buffer.alloc(headerLength);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(answered | (exists ? 0 : noSuchName), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  return Buffer.concat([header, query.subarray(headerLength, question.end), ...answers.map(recordOf)]);
}

/** A record that is not to be remembered. */
function recordOf({ name, type, content }: Answer): Buffer {
  const data = dataOf(type, content);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(types[type] ?? 0, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameOf(name), head, data]);
}

function dataOf(type: string, content: string): Buffer {
  switch (type) {
    case "A":
      return Buffer.from(content.split(".").map(Number));
    case "TXT":
      return Buffer.concat([Buffer.from([content.length]), Buffer.from(content)]);
    case "SOA":
      return Buffer.concat([nameOf(`ns.${content}`), nameOf(`admin.${content}`), Buffer.alloc(20, 1)]);
    default:
      return nameOf(content);
  }
}

function nameOf(name: string): Buffer {
  const labels = name
    .split(".")
    .filter((label) => label !== "")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
