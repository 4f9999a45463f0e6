// When a repository's signing key ends: RFC 9580, as far as that needs it.

interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

interface SigningKey {
  /** Milliseconds. */
  readonly created: number;
  /** Of its newest signature by the owner. Undefined: the key never ends. */
  end?: number | undefined;
  /** When that was made, in seconds. */
  signed: number;
  signs: boolean;
}

const tags = { signature: 2, primaryKey: 6, subkey: 14 } as const;
const subpackets = { created: 2, keyEnds: 9, keyFlags: 27 } as const;
const signingFlag = 2;
/** Certifications of a name, of the key itself, and of a subkey. */
const ownersSignatures = [0x10, 0x11, 0x12, 0x13, 0x18, 0x1f];

/**
 * When nothing new can be verified by a public key any more: when the primary key ends, or the last of those that sign.
 *
 * @param file armored (`-----BEGIN PGP …`) or not, with one or several keys, of which the last counts
 * @returns undefined if it never ends
 * @throws Error if it is no key of version 4
 */
export function keyEnd(file: Buffer): Date | undefined {
  const ends: number[] = [];
  let keys: SigningKey[] = [];
  const close = () => {
    if (keys.length > 0) ends.push(endOf(keys));
  };
  for (const { tag, body } of packetsOf(bytesOf(file))) {
    if (tag === tags.primaryKey) {
      close();
      keys = [];
    }
    if (tag === tags.primaryKey || tag === tags.subkey) keys.push(keyOf(body));
    const key = keys.at(-1);
    if (tag === tags.signature && key) read(body, key);
  }
  close();
  if (ends.length === 0) throw new Error("there is no key in it");
  const last = Math.max(...ends);
  return last === Infinity ? undefined : new Date(last);
}

function endOf(keys: readonly SigningKey[]): number {
  const [primary] = keys;
  // Without one nothing says when it ends.
  if (primary?.signed === -1) throw new Error("it has no signature of its owner");
  const signing = keys.filter(({ signs }) => signs).map(({ end = Infinity }) => end);
  return Math.min(primary?.end ?? Infinity, signing.length > 0 ? Math.max(...signing) : Infinity);
}

function bytesOf(file: Buffer): Buffer {
  const text = file.toString("latin1");
  if (!text.trimStart().startsWith("-----BEGIN PGP")) return file;
  const blocks = [
    ...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]*: [^\n]*\n)*([^-]*)-----END/g),
  ];
  // A line that begins with = is the checksum.
  return Buffer.concat(
    blocks.map(([, body = ""]) =>
      Buffer.from(body.replaceAll(/^=.*$/gm, "").replaceAll(/\s/g, ""), "base64"),
    ),
  );
}

function packetsOf(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = bytes.readUInt8(at);
    if ((head & 0x80) === 0) throw new Error("it is no OpenPGP key");
    const isNew = (head & 0x40) !== 0;
    const tag = isNew ? head & 0x3f : (head >> 2) & 0xf;
    const [length, begin] = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, head & 3);
    if (begin + length > bytes.length) throw new Error("it is cut off");
    packets.push({ tag, body: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return packets;
}

/** A length and where what has it begins. */
function newLength(bytes: Buffer, at: number): [number, number] {
  const first = bytes.readUInt8(at);
  if (first < 192) return [first, at + 1];
  if (first < 224) return [((first - 192) << 8) + bytes.readUInt8(at + 1) + 192, at + 2];
  if (first === 255) return [bytes.readUInt32BE(at + 1), at + 5];
  throw new Error("it has a packet of unknown length");
}

function oldLength(bytes: Buffer, at: number, kind: number): [number, number] {
  if (kind === 0) return [bytes.readUInt8(at), at + 1];
  if (kind === 1) return [bytes.readUInt16BE(at), at + 2];
  if (kind === 2) return [bytes.readUInt32BE(at), at + 4];
  return [bytes.length - at, at];
}

function keyOf(body: Buffer): SigningKey {
  const version = body.readUInt8(0);
  if (version !== 4) throw new Error(`its version is ${version}, not 4`);
  return { created: body.readUInt32BE(1) * 1000, signed: -1, signs: false };
}

/** What the owner's signature says of the key before it. Its newest one counts. */
function read(body: Buffer, key: SigningKey): void {
  if (body.readUInt8(0) !== 4 || !ownersSignatures.includes(body.readUInt8(1))) return;
  let signed = 0;
  let lasts = 0;
  // Without flags a key may do everything.
  let flags: number | undefined;
  const end = 6 + body.readUInt16BE(4);
  for (let at = 6; at < end;) {
    const [length, begin] = newLength(body, at);
    const kind = body.readUInt8(begin) & 0x7f;
    if (kind === subpackets.created) signed = body.readUInt32BE(begin + 1);
    if (kind === subpackets.keyEnds) lasts = body.readUInt32BE(begin + 1);
    if (kind === subpackets.keyFlags) flags = body.readUInt8(begin + 1);
    at = begin + length;
  }
  if (signed < key.signed) return;
  key.signed = signed;
  key.end = lasts === 0 ? undefined : key.created + lasts * 1000;
  key.signs = flags === undefined || (flags & signingFlag) !== 0;
}
