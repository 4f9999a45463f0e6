import type { KeyPair } from "../components/card/keys.ts";
import type { CardPlan } from "../components/card/plan.ts";
import type { BoardSettings, Settings } from "./schema.ts";
import { cards as cardsSchema } from "./schema/cards.ts";

/** What a card says that is not in a stack's file as plain text. */
export interface CardSecrets {
  /** Public key of the key with which the stack logs in. */
  readonly stackKey: string;
  /** `cards.wifi.password`; undefined if no board needs it. */
  readonly wifiPassword: string | undefined;
}

/** What a board's card says. */
export function cardPlanOf(
  { cards = cardsSchema.parse({}) }: Pick<Settings, "cards">,
  { name, host, user, system, wifi: usesWifi }: BoardSettings,
  { stackKey, wifiPassword = "" }: CardSecrets,
  hostKey: KeyPair,
): CardPlan {
  const { gateway, prefix, nameservers, wifi, authorizedKeys } = cards;
  return {
    ...{ board: name, system: system ?? cards.system, host, user, hostKey },
    authorizedKeys: [stackKey, ...authorizedKeys],
    ...(gateway !== undefined && {
      network: { prefix, gateway, nameservers: nameservers.length > 0 ? nameservers : [gateway] },
    }),
    // The settings' rules have seen that it is there.
    ...(usesWifi && wifi && { wifi: { ssid: wifi.ssid, password: wifiPassword, country: wifi.country } }),
  };
}
