import { createHash } from "node:crypto";
import type { z } from "zod";
import { type SettingError, settingError } from "./errors.ts";
import { sections } from "./schema.ts";
import type { Placeholder } from "../components/fields/fields.ts";
import { fieldsOf, isSecret, valueAt, withoutWrapping } from "./schema/nodes.ts";
import { isObject, type StackConfig } from "./stackFile.ts";

/** Every section with its schema and the ways to all secrets below it. */
const sectionSecrets = Object.entries<z.ZodType>(sections).map(([section, node]) => {
  return { section, node, secrets: secretsIn(node) };
});

/** The secrets of a configuration that are neither encrypted nor in a section that is, as errors. */
export function plainSecrets(config: StackConfig, isEncrypted: (section: string) => boolean): SettingError[] {
  return sectionSecrets.flatMap(({ section, secrets }) =>
    secrets
      .filter((keys) => !isEncrypted(section) && isPlain(valueAt(config[`bramble:${section}`], keys)))
      .map((keys) => {
        const setting = [section, ...keys].join(".");
        const fix = `npx pulumi config set --secret --path 'bramble:${setting}'`;
        const message = `is a secret in plain text. Encrypt it: ${fix}`;
        return settingError("plain-secret", setting, message);
      }),
  );
}

/** The paths of secrets that a configuration needs and does not have. */
export function unsetSecrets(config: StackConfig): string[] {
  return sectionSecrets.flatMap(({ section, node, secrets }) => {
    const written = config[`bramble:${section}`];
    // One that lies deeper belongs to what may be left out as a whole.
    const needed = secrets.filter(
      ([key = "", ...deeper]) => deeper.length === 0 && !fieldsOf(node)?.[key]?.safeParse(undefined).success,
    );
    const unset = needed.filter((keys) => written !== undefined && valueAt(written, keys) === undefined);
    return unset.map((keys) => `bramble:${[section, ...keys].join(".")}`);
  });
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
function placeholder(field: z.ZodType, path: string): string {
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
