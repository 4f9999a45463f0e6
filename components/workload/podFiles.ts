import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Files beside a module by name, such as the scripts of its pods. */
export function filesBeside(module: string, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, module), "utf8")]));
}

/**
 * A short hash of what a pod reads only at its start, for its annotation `bramble/config-hash`: another value
 * gives another pod. It reveals nothing of a generated secret or an API token that is among the values.
 */
export function configHash(...values: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);
}
