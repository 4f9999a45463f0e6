// What is on a board's card at its first boot.
export { cardFiles } from "./card.ts";
export { type KeyPair, newKeyPair, publicKeyOf } from "./keys.ts";
export {
  type CardFile,
  type CardNetwork,
  type CardPlan,
  type CardSystem,
  cardSystems,
  type CardWifi,
} from "./plan.ts";
