import { RunError } from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";

/** One thing that is wrong with the settings. */
export interface SettingError {
  /** Where, as the user writes it: `bramble:boards[1].model`. */
  readonly path: string;
  /** Which error it is, whatever its words: `host-taken`. */
  readonly code: string;
  /** What is wrong, the value given, the values allowed and the fix. */
  readonly message: string;
}

/** An error of a setting below `bramble:`. */
export function settingError(code: string, setting: string, message: string): SettingError {
  return { path: `bramble:${setting}`, code, message };
}

/** Thrown with every error of the settings at once. Pulumi shows a RunError without a stack. */
export class SettingsError extends RunError {
  readonly errors: readonly SettingError[];
  /**
   * @param stack whose settings these are
   * @param errors at least one
   * @param base the stack that it extends, if it extends one
   */
  constructor(stack: string, errors: readonly SettingError[], base?: string) {
    const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
    const extended = base === undefined ? "" : `, which extends stacks/Pulumi.${base}.yaml`;
    const lines = errors.map(({ path, message }) => `  ${path}: ${message}`);
    super(
      [`${count} in the settings of ${stack} (stacks/Pulumi.${stack}.yaml${extended}):`, ...lines].join("\n"),
    );
    this.name = "SettingsError";
    this.errors = errors;
  }
}

/** ` Did you mean "x"?` for the likeliest of the allowed words, or nothing if none is near. */
export function didYouMean(given: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const lower = allowed.map((word) => word.toLowerCase());
  const at = lower.indexOf(closest(given.toLowerCase(), lower));
  const nearest = allowed[at] ?? "";
  const near = distance(given.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, given.length / 3);
  return near ? ` Did you mean "${nearest}"?` : "";
}

/** The command that encrypts a secret, which it asks for, into a stack's file: `dns.apiToken`, `home`. */
export function setSecretCommand(setting: string, stack: string): string {
  return `npx pulumi config set --secret --path 'bramble:${setting}' -s ${stack}`;
}

/** The command that writes a board's card, and with it the board's hostKey into the stack's file. */
export function cardCommand(stack: string, board: string): string {
  return `npm run card -- ${stack} ${board} --to DIR`;
}

/** The words as a list for an error: `a, b, c`. */
export function allowedWords(words: readonly string[]): string {
  return `Allowed: ${words.join(", ")}.`;
}
