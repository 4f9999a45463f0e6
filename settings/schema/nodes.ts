// What a schema says of itself.
import type { z } from "zod";

/** A schema without what makes it optional or gives it a default. */
export function withoutWrapping(node: z.ZodType): z.ZodType {
  const inner = "innerType" in node.def ? (node.def.innerType as z.ZodType) : undefined;
  return inner ? withoutWrapping(inner) : node;
}

/** Whether a schema is of a Pulumi secret. */
export function isSecret(node: z.ZodType | undefined): boolean {
  return node !== undefined && withoutWrapping(node).meta()?.secret !== undefined;
}

/** The fields of an object's schema, or undefined if it is no object. */
export function fieldsOf(node: z.ZodType | undefined): Record<string, z.ZodType> | undefined {
  const bare = node && withoutWrapping(node);
  return bare && "shape" in bare ? (bare.shape as Record<string, z.ZodType>) : undefined;
}

/** The schema of a list's elements, or undefined if it is no list. */
export function elementOf(node: z.ZodType | undefined): z.ZodType | undefined {
  const bare = node && withoutWrapping(node);
  return bare && "element" in bare ? (bare.element as z.ZodType) : undefined;
}

/** The schema of a map's values, or undefined if it is no map with keys of the user's. */
export function valueOf(node: z.ZodType | undefined): z.ZodType | undefined {
  const bare = node && withoutWrapping(node);
  return bare && "valueType" in bare ? (bare.valueType as z.ZodType) : undefined;
}

/** Whether a map may have a key. */
export function mayHaveKey(node: z.ZodType, key: string): boolean {
  const bare = withoutWrapping(node);
  return "keyType" in bare && (bare.keyType as z.ZodType).safeParse(key).success;
}

/** The schemas of what is in a value, by key: of an object's fields, or of a map's entries. */
export function fieldsIn(node: z.ZodType, value: unknown): Record<string, z.ZodType> {
  const each = valueOf(node);
  if (!each) return fieldsOf(node) ?? {};
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return Object.fromEntries(keys.map((key) => [key, each]));
}

/** Names of the fields that have no default. */
export function neededOf(node: z.ZodType | undefined): string[] {
  const fields = Object.entries(fieldsOf(node) ?? {});
  return fields.filter(([, field]) => !field.safeParse(undefined).success).map(([key]) => key);
}

/** The schema of what lies at a path. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(
    (node, key) =>
      typeof key === "number" ? elementOf(node) : (fieldsOf(node)?.[String(key)] ?? valueOf(node)),
    schema,
  );
}

/** What lies at a path; undefined if there is nothing. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
