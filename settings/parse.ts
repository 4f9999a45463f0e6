import type { z } from "zod";
import { type SettingError, settingError } from "./errors.ts";
import { issueErrors, unknownSetting, usualWords } from "./issues.ts";
import type { Parsed } from "./rules/rule.ts";
import { appRules, needs } from "./rules/apps.ts";
import { boardRules } from "./rules/boards.ts";
import { cardRules } from "./rules/cards.ts";
import { clusterRules } from "./rules/cluster.ts";
import { directoryRules } from "./rules/directories.ts";
import { challenge, domainRules } from "./rules/domain.ts";
import { rangeRules } from "./rules/ranges.ts";
import { sections, type Settings } from "./schema.ts";
import { isObject } from "./stackFile.ts";
import { elementOf, fieldsOf, mayHaveKey, valueAt, valueOf } from "./schema/nodes.ts";

/** The rules between settings, in the order in which their errors are told. */
const rules = [
  ...boardRules,
  ...cardRules,
  ...clusterRules,
  ...appRules,
  ...directoryRules,
  challenge,
  ...rangeRules,
  ...domainRules,
];

/**
 * Parses each section by itself, and then asks the rules whose sections have parsed.
 *
 * @param written the sections by name, as they were written
 * @param stack its name, for the commands of a fix
 * @returns the settings, which are whole if there is no error
 */
export function parseSections(
  written: Readonly<Record<string, unknown>>,
  stack: string,
): {
  settings: Settings;
  errors: SettingError[];
} {
  const names = Object.keys(sections);
  const unknown = Object.keys(written).filter((name) => !names.includes(name));
  const errors = unknown.map((name) => unknownSetting(name, name, names));
  const parsed: Record<string, unknown> = {};
  const failed = new Set<string>();
  for (const [name, schema] of Object.entries<z.ZodType>(sections)) {
    const result = schema.safeParse(written[name], { error: usualWords });
    if (!result.success) errors.push(...issueErrors(name, schema, written[name], result.error.issues, stack));
    const value = result.success ? result.data : partsOf(schema, written[name]);
    if (value !== undefined) parsed[name] = value;
    else if (!result.success) failed.add(name);
  }
  for (const [name, others] of Object.entries(needs)) {
    for (const other of written[name] === undefined ? [] : others) {
      if (written[other] !== undefined) continue;
      errors.push(settingError("needs-section", name, `needs bramble:${other}; set it, or remove ${name}.`));
    }
  }
  const asked = rules.filter(({ reads }) => !reads.some((name) => failed.has(name)));
  const broken = asked.flatMap((rule) => [...rule.check(parsed as Parsed, stack)]);
  // Of a board that is none it is of no use what it lacks.
  const none = errors.filter(({ code }) => code === "not-a-map" || code === "empty");
  errors.push(...broken.filter((error) => !none.some(({ path }) => error.path.startsWith(`${path}.`))));
  return { settings: parsed as Settings, errors };
}

/**
 * What is right of each map of a list, or the entries of a map that are right, so that a wrong one hides nothing of the
 * others; undefined if it is neither.
 */
function partsOf(schema: z.ZodType, written: unknown): object | undefined {
  const ofMap = valueOf(schema);
  if (ofMap && isObject(written)) {
    const named = Object.entries(written).filter(([key]) => mayHaveKey(schema, key));
    const parsed = named.map(([key, value]) => [key, ofMap.safeParse(value).data] as const);
    return Object.fromEntries(parsed.filter(([, value]) => value !== undefined));
  }
  const fields = fieldsOf(elementOf(schema));
  if (!fields || !Array.isArray(written)) return undefined;
  return written.map((each: unknown) => {
    const values = Object.entries(fields).map(
      ([key, field]) => [key, field.safeParse(valueAt(each, [key])).data] as const,
    );
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  });
}
