import { newKeyPair, publicKeyOf } from "../../components/card/keys.ts";
import type { CardSecrets } from "../../settings/cards.ts";
import { isObject, type StackConfig } from "../../settings/stackFile.ts";
import { openStack } from "../run.ts";
import { setSecret } from "../secret.ts";

/** The secrets of a stack for its cards, and what is still to be stored of them. */
export interface FoundSecrets extends CardSecrets {
  /** A private key that was generated for the stack; undefined if it has one. */
  readonly newKey: string | undefined;
}

/** Decrypted values of a stack's settings by section: `{ ssh: { privateKey: … } }`. */
export type ReadSecrets = (stack: string) => Promise<Readonly<Record<string, unknown>>>;

/**
 * What cards need of a stack's secrets. Nothing is decrypted that is not written, and nothing stored.
 *
 * @param written the configuration in the stack's file
 * @param needsWifi whether a card has the Wi-Fi's password
 * @throws Error if the key can't be used, or the stack's secrets can't be decrypted
 */
export async function findSecrets(
  stack: string,
  written: StackConfig,
  needsWifi: boolean,
  read: ReadSecrets = readSecrets,
): Promise<FoundSecrets> {
  const hasKey = isObject(written["bramble:ssh"]) && written["bramble:ssh"].privateKey !== undefined;
  const values = hasKey || needsWifi ? await read(stack) : {};
  const wifiPassword = needsWifi ? textAt(values.cards, "wifi", "password") : undefined;
  if (!hasKey) {
    const { privateKey, publicKey } = newKeyPair(`bramble-${stack}`);
    return { stackKey: publicKey, wifiPassword, newKey: privateKey };
  }
  try {
    const stackKey = `${publicKeyOf(textAt(values.ssh, "privateKey") ?? "")} bramble-${stack}`;
    return { stackKey, wifiPassword, newKey: undefined };
  } catch (error) {
    throw new Error(`bramble:ssh.privateKey ${(error as Error).message}`, { cause: error });
  }
}

/** Encrypts a generated key into the stack's file. */
export async function storeKey(stack: string, privateKey: string): Promise<void> {
  await setSecret(stack, "bramble:ssh.privateKey", privateKey);
}

async function readSecrets(stack: string): Promise<Record<string, unknown>> {
  const config = await (await openStack(stack)).getAllConfig();
  const sections = ["ssh", "cards"].map((name) => [name, config[`bramble:${name}`]?.value] as const);
  return Object.fromEntries(
    sections.map(([name, value]) => [name, value === undefined ? undefined : (JSON.parse(value) as unknown)]),
  );
}

function textAt(value: unknown, ...keys: string[]): string | undefined {
  const found = keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
  return typeof found === "string" ? found : undefined;
}
