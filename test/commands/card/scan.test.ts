import { describe, expect, it } from "vitest";
import { resultText, scan } from "../../../commands/card/scan.ts";
import { hostKeyFingerprint, withoutComment } from "../../../components/board/connection.ts";
import { newKeyPair } from "../../../components/card/keys.ts";

const [a, b, c] = ["a", "b", "c"].map((name) => withoutComment(newKeyPair(name).publicKey)) as [
  string,
  string,
  string,
];

/** What comes of boards whose settings have some keys and which answer with others. */
async function found(known: Record<string, string | undefined>, answers: Record<string, string | undefined>) {
  const boards = Object.keys(known).map((name) => ({ name, host: `${name}.lan`, hostKey: known[name] }));
  return scan(boards, ({ host }) => Promise.resolve(answers[host.split(".")[0]!]));
}

describe("a scan", () => {
  it.for([
    ["the same key", { x: `${a} comment` }, { x: a }, "same", /same as in the settings/],
    ["a key that is not set", { x: undefined }, { x: a }, "new", /settings: not set/],
    ["another key", { x: b }, { x: a }, "changed", /differs from the settings: SHA256:/],
    ["no answer", { x: b }, {}, "silent", /no answer\n/],
    [
      "the key of another board",
      { x: a, y: b },
      { x: b, y: c },
      "other",
      /is the key of y: its card, or a copy/,
    ],
    ["a copied card", { x: undefined, y: undefined }, { x: c, y: c }, "other", /is the key of y/],
  ] as const)("tells %s", async ([, known, answers, expected, says]) => {
    const [result] = await found(known, answers);
    expect(result!.found).toBe(expected);
    expect(resultText(result!)).toMatch(says);
    if (expected !== "silent") expect(resultText(result!)).toContain(hostKeyFingerprint(result!.offered!));
  });
});
