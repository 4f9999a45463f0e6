import { createHash } from "node:crypto";
import type { z } from "zod";
import { setSecretCommand, type SettingError, settingError } from "./errors.ts";
import { sections } from "./schema.ts";
import type { Placeholder } from "../components/fields/fields.ts";
import { fieldsOf, isSecret, valueAt, withoutWrapping } from "./schema/nodes.ts";
import { extended, isObject, type StackConfig } from "./stackFile.ts";

/** Every section with its schema and the ways to all secrets below it. */
const sectionSecrets = Object.entries<z.ZodType>(sections).map(([section, node]) => {
  return { section, node, secrets: secretsIn(node) };
});

/** The secrets of a configuration that are neither encrypted nor in a section that is, as errors. */
export function plainSecrets(
  stack: string,
  config: StackConfig,
  isEncrypted: (section: string) => boolean,
): SettingError[] {
  return sectionSecrets.flatMap(({ section, secrets }) =>
    secrets
      .filter((keys) => !isEncrypted(section) && isPlain(valueAt(config[`bramble:${section}`], keys)))
      .map((keys) => {
        const setting = [section, ...keys].join(".");
        const message = `is a secret in plain text. Encrypt it: ${setSecretCommand(setting, stack)}`;
        return settingError("plain-secret", setting, message);
      }),
  );
}

/** The ways to all secrets that a configuration has and another does not: `["dns", "apiToken"]`. */
export function secretsAdded(config: StackConfig, before: StackConfig): string[][] {
  return sectionSecrets.flatMap(({ section, secrets }) => {
    const key = `bramble:${section}`;
    const isAdded = (keys: string[]) =>
      valueAt(config[key], keys) !== undefined && valueAt(before[key], keys) === undefined;
    return secrets.filter(isAdded).map((keys) => [section, ...keys]);
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
  for (const { section, node } of sectionSecrets) {
    const key = `bramble:${section}`;
    if (filled[key] !== undefined) filled[key] = filledIn(node, filled[key], section);
  }
  return filled;
}

function filledIn(node: z.ZodType, value: unknown, path: string): unknown {
  const fields = fieldsOf(node);
  if (!fields || !isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [key, field] of Object.entries(fields)) {
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

/** The ways to all secrets below a section. */
function secretsIn(node: z.ZodType): string[][] {
  return Object.entries(fieldsOf(node) ?? {}).flatMap(([key, field]) =>
    isSecret(field) ? [[key]] : secretsIn(field).map((keys) => [key, ...keys]),
  );
}

/** An encrypted value stands in a stack's file as `secure: …`; the engine passes it as text. */
function isPlain(value: unknown): boolean {
  return value !== undefined && valueAt(value, ["secure"]) === undefined;
}
