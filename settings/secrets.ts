import { createHash } from "node:crypto";
import type { z } from "zod";
import { setSecretCommand, type SettingError, settingError } from "./errors.ts";
import { pathText } from "./issues.ts";
import { sections } from "./schema.ts";
import type { Placeholder } from "../components/fields/fields.ts";
import { fieldsIn, isSecret, valueAt, withoutWrapping } from "./schema/nodes.ts";
import { extended, isObject, type StackConfig } from "./stackFile.ts";

/** The secrets of a configuration that are neither encrypted nor in a section that is, as errors. */
export function plainSecrets(
  stack: string,
  config: StackConfig,
  isEncrypted: (section: string) => boolean,
): SettingError[] {
  return secretsOf(config)
    .filter(({ section, value }) => !isEncrypted(section) && isPlain(value))
    .map(({ keys }) => {
      const setting = pathText(keys);
      const message = `is a secret in plain text. Encrypt it: ${setSecretCommand(setting, stack)}`;
      return settingError("plain-secret", setting, message);
    });
}

/** The ways to all secrets that a configuration has and another does not: `["dns", "apiToken"]`. */
export function secretsAdded(config: StackConfig, before: StackConfig): string[][] {
  const had = secretsOf(before).map(({ keys }) => keys.join("."));
  return secretsOf(config).flatMap(({ keys }) => (had.includes(keys.join(".")) ? [] : [keys]));
}

/** The secrets that a configuration has, each with its section, the way to it from there on, and its value. */
function secretsOf(config: StackConfig) {
  return Object.entries<z.ZodType>(sections).flatMap(([section, node]) => {
    const own = config[`bramble:${section}`];
    return secretsIn(node, own).map((keys) => {
      return { section, keys: [section, ...keys], value: valueAt(own, keys) };
    });
  });
}

/** What asks others, with secrets or for something that they would give: an ACME authority, Datadog, Cloudflare. */
const offline: StackConfig = {
  "bramble:ingress": { certificates: "selfSigned" },
  "bramble:datadog": { dashboards: false },
  "bramble:dns": { paused: true },
};

/** The configuration with that turned off in each section that it has, for a stack with placeholders. */
export function takenOffline(config: StackConfig): StackConfig {
  const present = Object.entries(offline).filter(([key]) => isObject(config[key]));
  return extended(config, Object.fromEntries(present));
}

/** The configuration with a placeholder for every secret, so that no real one is ever read. */
export function withPlaceholders(config: StackConfig): StackConfig {
  const filled = { ...config };
  for (const [section, node] of Object.entries<z.ZodType>(sections)) {
    const key = `bramble:${section}`;
    if (filled[key] !== undefined) filled[key] = filledIn(node, filled[key], section);
  }
  return filled;
}

function filledIn(node: z.ZodType, value: unknown, path: string): unknown {
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [key, field] of Object.entries(fieldsIn(node, value))) {
    const here = `${path}.${key}`;
    if (isSecret(field)) {
      // What is generated if omitted is so here, too.
      if (filled[key] !== undefined || !field.safeParse(undefined).success)
        filled[key] = placeholder(field, here);
    } else if (filled[key] !== undefined) filled[key] = filledIn(field, filled[key], here);
  }
  return filled;
}

/** The same at every run, so that a rehearsal of the same settings changes nothing. */
export function placeholder(field: z.ZodType, path: string): string {
  const secret = withoutWrapping(field).meta()?.secret as Placeholder;
  return secret(createHash("sha256").update(`rehearsal of ${path}`).digest("hex"));
}

/** The ways to all secrets in a value. */
function secretsIn(node: z.ZodType, value: unknown): string[][] {
  if (!isObject(value)) return [];
  return Object.entries(fieldsIn(node, value)).flatMap(([key, field]) => {
    if (value[key] === undefined || value[key] === null) return [];
    return isSecret(field) ? [[key]] : secretsIn(field, value[key]).map((keys) => [key, ...keys]);
  });
}

/** An encrypted value stands in a stack's file as `secure: …`; the engine passes it as text. */
function isPlain(value: unknown): boolean {
  return valueAt(value, ["secure"]) === undefined;
}
