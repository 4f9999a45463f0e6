import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { z } from "zod";
import { fieldsOf, isSecret, withoutWrapping } from "./faults.ts";
import type { SecretMeta } from "./schema/fields.ts";

/** Configuration of a stack by full key: `bramble:boards`, `pulumi:…`. */
export type StackConfig = Readonly<Record<string, unknown>>;

/**
 * The configuration in a stack's file, as it was written; secrets are still encrypted.
 *
 * @param stack `home` for stacks/Pulumi.home.yaml
 * @throws Error if there is no such file, or if it is no YAML
 */
export function readStackFile(stack: string): StackConfig {
  const path = stackFile(stack);
  const document = parse(readFileSync(path, "utf8")) as { config?: StackConfig } | null;
  return document?.config ?? {};
}

/** The file of a stack. */
export function stackFile(stack: string): URL {
  return new URL(`Pulumi.${stack}.yaml`, import.meta.url);
}

/**
 * The settings of a stack that rehearses another: the other's, with what differs laid over them, objects key by
 * key, and with a made-up value for every secret, so that no real secret is ever read.
 *
 * @param schema the schema of all settings
 * @param rehearsed configuration of the stack that is rehearsed
 * @param own configuration of the stack that rehearses
 */
export function rehearsedConfig(schema: z.ZodType, rehearsed: StackConfig, own: StackConfig): StackConfig {
  const merged = { ...rehearsed };
  for (const [key, value] of Object.entries(own)) merged[key] = merge(merged[key], value);
  for (const [section, node] of Object.entries(fieldsOf(schema) ?? {})) {
    const key = `bramble:${section}`;
    if (merged[key] !== undefined) merged[key] = withPlaceholders(node, merged[key], section);
  }
  return merged;
}

function merge(below: unknown, above: unknown): unknown {
  return isObject(below) && isObject(above)
    ? Object.entries(above).reduce(
        (all, [key, value]) => ({ ...all, [key]: merge(below[key], value) }),
        below,
      )
    : above;
}

function withPlaceholders(node: z.ZodType, value: unknown, path: string): unknown {
  const fields = fieldsOf(node);
  if (!fields || !isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [key, field] of Object.entries(fields)) {
    const here = `${path}.${key}`;
    if (isSecret(field)) {
      // What is made up by itself where nobody gives it is rehearsed like that.
      if (filled[key] !== undefined || !field.safeParse(undefined).success)
        filled[key] = placeholder(field, here);
    } else if (filled[key] !== undefined) filled[key] = withPlaceholders(field, filled[key], here);
  }
  return filled;
}

/** The same at every run, so that a rehearsal of the same settings changes nothing. */
function placeholder(field: z.ZodType, path: string): string {
  const { secret } = withoutWrapping(field).meta() as unknown as SecretMeta;
  return secret.placeholder(createHash("sha256").update(`rehearsal of ${path}`).digest("hex"));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
