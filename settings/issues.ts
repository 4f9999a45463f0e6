import type { z } from "zod";
import { allowedWords, didYouMean, setSecretCommand, type SettingError, settingError } from "./errors.ts";
import { fieldsOf, isSecret, neededOf, schemaAt, valueAt } from "./schema/nodes.ts";

/** Settings by the names that they once had. */
const renamed: Readonly<Record<string, string>> = {
  rehearses: "extends",
  "cluster.ignoredChecks": "cluster.ignorePreflightErrors",
};

/** Settings that no longer exist, and what takes their place. */
const removed: Readonly<Record<string, string>> = {
  "cluster.bootstrap":
    "was removed. Remove it: with cluster.kubeconfig, bramble deploys to that cluster and connects to no board; without, it sets up the boards and creates the cluster.",
};

/** What is said of an issue whose schema has no words of its own. */
export const usualWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== "invalid_value") return undefined;
  const allowed = issue.values.map(String);
  const hint = typeof issue.input === "string" ? didYouMean(issue.input, allowed) : "";
  return `is not known. ${allowedWords(allowed)}${hint}`;
};

/**
 * What zod found in a section, in the user's terms.
 *
 * @param section its name: `boards`
 * @param schema its schema
 * @param written what was parsed, to show the values given
 * @param issues what zod found
 * @param stack whose settings these are, for the commands of a fix
 */
export function issueErrors(
  section: string,
  schema: z.ZodType,
  written: unknown,
  issues: readonly z.core.$ZodIssue[],
  stack: string,
): SettingError[] {
  return issues.flatMap((issue) => {
    const setting = pathText([section, ...issue.path]);
    const node = schemaAt(schema, issue.path);
    const given = valueAt(written, issue.path);
    if (issue.code === "unrecognized_keys") {
      const allowed = Object.keys(fieldsOf(node) ?? {});
      return issue.keys.map((key) => unknownSetting(`${setting}.${key}`, key, allowed));
    }
    if (issue.code === "invalid_key") {
      const [why] = issue.issues;
      return [settingError("invalid-name", setting, `"${String(issue.path.at(-1))}" ${why?.message ?? ""}.`)];
    }
    if (issue.code === "custom" && issue.params?.code !== undefined) {
      return [settingError(String(issue.params.code), setting, issue.message)];
    }
    if (given === undefined) {
      return [settingError("missing", setting, missing("is missing", setting, node, issue, stack))];
    }
    if (given === null) {
      return [settingError("empty", setting, missing("is empty", setting, node, issue, stack))];
    }
    // A secret's value is in no error.
    const shown = isSecret(node) ? "the value given" : JSON.stringify(given);
    const isMap = issue.code === "invalid_type" && issue.expected === "object";
    const says = isMap ? mapWanted(node) : issue.message;
    const code = isMap ? "not-a-map" : issue.code === "invalid_value" ? "unknown-value" : "invalid";
    return [settingError(code, setting, `${shown} ${says}${/[.?]$/.test(says) ? "" : "."}`)];
  });
}

/** A setting that there is not, or not any more. */
export function unknownSetting(setting: string, key: string, allowed: readonly string[]): SettingError {
  const now = renamed[setting];
  if (now !== undefined) return settingError("renamed", setting, `was renamed to bramble:${now}.`);
  const gone = removed[setting];
  if (gone !== undefined) return settingError("removed", setting, gone);
  const message = `unknown setting. ${allowedWords(allowed)}${didYouMean(key, allowed)}`;
  return settingError("unknown-setting", setting, message);
}

/** `boards[1].model` for `["boards", 1, "model"]`, as Pulumi writes it: `files["/etc/a.conf"]` for a key with a dot. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => {
      if (typeof key === "number") return `[${key}]`;
      return /[.[\]"]/.test(String(key)) ? `[${JSON.stringify(key)}]` : `${i ? "." : ""}${String(key)}`;
    })
    .join("");
}

/** The other way round. */
export function pathKeys(text: string): PropertyKey[] {
  const parts = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...parts].map(([, index, quoted, word]) =>
    index === undefined
      ? quoted === undefined
        ? (word ?? "")
        : (JSON.parse(quoted) as string)
      : Number(index),
  );
}

function mapWanted(node: z.ZodType | undefined): string {
  const keys = [...new Set([...neededOf(node), ...Object.keys(fieldsOf(node) ?? {})])].slice(0, 4);
  return `must be a map of settings, { ${keys.map((key) => `${key}: …`).join(", ")} }`;
}

function missing(
  what: string,
  setting: string,
  node: z.ZodType | undefined,
  issue: z.core.$ZodIssue,
  stack: string,
): string {
  if (isSecret(node)) return `${what}. Set it with: ${setSecretCommand(setting, stack)}`;
  if (issue.code === "invalid_value") return `${what}. ${allowedWords(issue.values.map(String))}`;
  const needed = neededOf(node);
  if (what === "is empty" && fieldsOf(node)) {
    if (needed.length === 0) return `${what}. Write {} for the defaults, or remove it.`;
    return `${what}. It needs: ${needed.join(", ")}.`;
  }
  const meaning = node?.meta()?.description;
  return meaning ? `${what}. It is: ${meaning}` : `${what}.`;
}
