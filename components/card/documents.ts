// What the files of cards are made of.
import { readFileSync } from "node:fs";
import { stringify as stringifyIni } from "ini";
import { Document, Scalar, visit } from "yaml";
import { type CardPlan, cardMarkText, writtenByBramble } from "./plan.ts";

/** A script that runs on a board at its first boot. */
export function script(name: string): string {
  return readFileSync(new URL(`scripts/${name}.sh`, import.meta.url), "utf8");
}

/** What setUp.sh needs to know. */
export function setUpParameters(plan: CardPlan) {
  const { board, user, authorizedKeys, hostKey } = plan;
  return {
    BOARD: board,
    LOGIN: user,
    AUTHORIZED_KEYS: authorizedKeys.map((key) => key.trim()).join("\n"),
    HOST_KEY: hostKey.privateKey.trim(),
    HOST_KEY_PUBLIC: hostKey.publicKey.trim(),
    CARD: cardMarkText(plan),
  };
}

/**
 * A document in YAML 1.1, as cloud-init (PyYAML) and netplan (libyaml) read it: there `yes`, `0123`, `1:20` and `=` are no
 * texts unless they are quoted, and some characters beyond ASCII are line breaks or refused.
 */
export function yaml(document: object): string {
  const tree = new Document(document);
  visit(tree, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && !isPlain(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = tree.toString({ lineWidth: 0 });
  const ascii = text.replaceAll(
    /[\x7f-\u{10ffff}]/gu,
    (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`,
  );
  return `${writtenByBramble}\n${ascii}`;
}

/** Words, but for those that mean true, false or null; and lines, which the library writes as a block. */
function isPlain(text: string): boolean {
  if (/^(y|n|yes|no|on|off|true|false|null)$/i.test(text)) return false;
  return /^[A-Za-z][\w ./-]*$|^[\x20-\x7e]*\n[\n\x20-\x7e]*$/.test(text);
}

/** A unit of systemd. */
export function unit(sections: object): string {
  return `${writtenByBramble}\n${stringifyIni(sections)}`;
}
