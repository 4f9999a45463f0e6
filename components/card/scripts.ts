import { readFileSync } from "node:fs";
import { type CardPlan, cardMarkText } from "./plan.ts";

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
