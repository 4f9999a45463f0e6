import type { Fault } from "./faults.ts";

/** Settings as they were written: any part may be missing or of a wrong type. */
export type WrittenSettings = Readonly<Record<string, unknown>>;

/** Finds faults that no schema can see, because they lie between settings. */
export type Rule = (settings: WrittenSettings) => Fault[];

/** A fault of a setting below `bramble:`. */
export function fault(setting: string, message: string): Fault {
  return { path: `bramble:${setting}`, message };
}

/** The boards, as far as they are a list. */
export function boardsOf({ boards }: WrittenSettings): Readonly<Record<string, unknown>>[] {
  return Array.isArray(boards) ? boards.map(objectOf) : [];
}

/** The fields of an object; of anything else none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A text; of anything else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
