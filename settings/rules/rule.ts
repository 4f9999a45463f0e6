import type { SettingError } from "../errors.ts";
import type { BoardSettings, Settings } from "../schema.ts";

/** The settings as far as they parsed: a section as a whole or not at all, a board with each field that is right. */
export type Parsed = Omit<Settings, "boards"> & { readonly boards: readonly Partial<BoardSettings>[] };

/** Name of a section: `boards`, `gogs`. */
export type SectionName = keyof Settings;

/** Finds errors that no schema of a section can see, because they lie between settings. */
export interface Rule {
  /** The sections that it reads: it is asked if each of them has parsed, or is left out. */
  readonly reads: readonly SectionName[];
  check(settings: Parsed, stack: string): Iterable<SettingError>;
}

/**
 * A rule between settings.
 *
 * @param reads the sections that it reads, and is given
 * @param check finds the errors; the stack's name is for the commands of a fix
 */
export function rule<Name extends SectionName>(
  reads: readonly Name[],
  check: (settings: Pick<Parsed, Name>, stack: string) => Iterable<SettingError>,
): Rule {
  return { reads, check };
}
