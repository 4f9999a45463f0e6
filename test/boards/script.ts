import { readFileSync } from "node:fs";

/** A shell script beside the tests, for a command's standard input. */
export function script(name: string): string {
  return readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8");
}
