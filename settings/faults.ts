import { RunError } from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/** One thing that is wrong with the settings. */
export interface Fault {
  /** Where, as the user writes it: `bramble:boards[1].model`. */
  readonly path: string;
  /** What is wrong, the value given, the values allowed and the fix. */
  readonly message: string;
}

/** Thrown with every fault of the settings at once. Pulumi shows a RunError without a stack. */
export class SettingsError extends RunError {
  readonly faults: readonly Fault[];
  /**
   * @param what whose settings these are: `home`, `home as rehearsal rehearses it`
   * @param stack the stack in whose file they are
   * @param faults at least one
   */
  constructor(what: string, stack: string, faults: readonly Fault[]) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    const lines = faults.map(({ path, message }) => `  ${path}: ${message}`);
    super([`${count} in the settings of ${what} (stacks/Pulumi.${stack}.yaml):`, ...lines].join("\n"));
    this.name = "SettingsError";
    this.faults = faults;
  }
}

/** ` Did you mean "x"?` for the likeliest of the allowed words, or nothing if none is near. */
export function didYouMean(given: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const nearest = closest(given, allowed);
  const near = distance(given.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, given.length / 3);
  return near ? ` Did you mean "${nearest}"?` : "";
}

/** The words as a list for an error: `a, b, c`. */
export function allowedWords(words: readonly string[]): string {
  return `Allowed: ${words.join(", ")}.`;
}

/** `boards[1].model` for `["boards", 1, "model"]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i ? "." : ""}${String(key)}`))
    .join("");
}

/**
 * What zod found, in the user's terms.
 *
 * @param schema the schema of the whole settings
 * @param settings what was parsed, to show the values given
 * @param issues what zod found
 */
export function faultsOf(schema: z.ZodType, settings: unknown, issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue) => {
    const path = `bramble:${pathText(issue.path)}`;
    const node = schemaAt(schema, issue.path);
    const given = valueAt(settings, issue.path);
    if (issue.code === "unrecognized_keys") return unknownKeys(issue, node);
    if (given === undefined) return [{ path, message: missing("is missing", path, node, issue) }];
    if (given === null) return [{ path, message: missing("is empty", path, node, issue) }];
    // A secret's value is in no error.
    const shown = isSecret(node) ? "the value given" : JSON.stringify(given);
    if (issue.code === "invalid_value") {
      const allowed = issue.values.map(String);
      const hint = typeof given === "string" ? didYouMean(given, allowed) : "";
      return [{ path, message: `${shown} is not known. ${allowedWords(allowed)}${hint}` }];
    }
    const isMap = issue.code === "invalid_type" && issue.expected === "object";
    return [{ path, message: `${shown} ${isMap ? mapWanted(node) : issue.message}.` }];
  });
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

/** Names of the fields that have no default. */
function neededOf(node: z.ZodType | undefined): string[] {
  const fields = Object.entries(fieldsOf(node) ?? {});
  return fields.filter(([, field]) => !field.safeParse(undefined).success).map(([key]) => key);
}

function mapWanted(node: z.ZodType | undefined): string {
  const keys = [...new Set([...neededOf(node), ...Object.keys(fieldsOf(node) ?? {})])].slice(0, 4);
  return `must be a map of settings, { ${keys.map((key) => `${key}: …`).join(", ")} }`;
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, node: z.ZodType | undefined): Fault[] {
  const allowed = Object.keys(fieldsOf(node) ?? {});
  return issue.keys.map((key) => ({
    path: `bramble:${pathText([...issue.path, key])}`,
    message: `unknown setting. ${allowedWords(allowed)}${didYouMean(key, allowed)}`,
  }));
}

function missing(what: string, path: string, node: z.ZodType | undefined, issue: z.core.$ZodIssue): string {
  if (isSecret(node)) {
    return `${what}. Set it with: npx pulumi config set --secret --path '${path}'`;
  }
  if (issue.code === "invalid_value") return `${what}. ${allowedWords(issue.values.map(String))}`;
  const needed = neededOf(node);
  if (what === "is empty" && fieldsOf(node)) {
    if (needed.length === 0) return `${what}. Write {} for the defaults, or leave it out.`;
    return `${what}. It needs: ${needed.join(", ")}.`;
  }
  const meaning = node?.meta()?.description;
  return meaning ? `${what}. It is: ${meaning}` : `${what}.`;
}

/** Where a list or a map was wanted and is not: what is told of what would be in it is of no use. */
export function misshapen(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) =>
    issue.code === "invalid_type" && ["array", "object", "record"].includes(issue.expected)
      ? [`bramble:${pathText(issue.path)}`]
      : [],
  );
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let node: z.ZodType | undefined = schema;
  for (const key of path) {
    const bare: z.ZodType | undefined = node && withoutWrapping(node);
    node =
      typeof key === "number" && bare && "element" in bare
        ? (bare.element as z.ZodType)
        : fieldsOf(bare)?.[String(key)];
  }
  return node;
}

/** A schema without what makes it optional or gives it a default. */
export function withoutWrapping(node: z.ZodType): z.ZodType {
  const inner = "innerType" in node.def ? (node.def.innerType as z.ZodType) : undefined;
  return inner ? withoutWrapping(inner) : node;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
