import { getStack, runtime } from "@pulumi/pulumi";
import { allowedWords, didYouMean, type SettingError, settingError, SettingsError } from "./errors.ts";
import { unknownSetting } from "./issues.ts";
import { parseSections } from "./parse.ts";
import { sections, type Settings } from "./schema.ts";
import { plainSecrets, takenOffline, withPlaceholders } from "./secrets.ts";
import {
  extended,
  hasStackFile,
  isObject,
  noConfig,
  ownSettings,
  readStackFile,
  type StackConfig,
  stackNames,
} from "./stackFile.ts";
import { completed, type UnsetSetting } from "./unset.ts";

/** Namespaces of configuration keys that a stack may use: ours, and Pulumi's own options. */
const namespaces = ["bramble", "pulumi"];

/**
 * The settings of the stack that runs.
 *
 * @throws SettingsError with every error at once
 */
export function readSettings(): Settings {
  const values = Object.entries(runtime.allConfig());
  const config = Object.fromEntries(values.map(([key, value]) => [key, parsedValue(value)]));
  // The SDK keeps this to itself; the engine tells every program by this variable which keys were encrypted.
  const encrypted = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  return settingsOf(getStack(), config, (section) => encrypted.includes(`bramble:${section}`));
}

/** What a stack's file says by itself. */
export interface FileSettings {
  readonly settings: Settings;
  /** The configuration that Pulumi would give the program, with a placeholder for each secret and unset host key. */
  readonly config: StackConfig;
  /** What is needed and not in the file yet. */
  readonly unset: readonly UnsetSetting[];
}

/**
 * The settings of a stack by its file alone, without Pulumi's engine, and so without its secrets.
 *
 * @throws SettingsError with every error at once
 */
export function settingsOfFile(stack: string): FileSettings {
  const written = readStackFile(stack);
  if (baseOf(stack, written) !== undefined) {
    return { settings: settingsOf(stack, written, () => false), config: written, unset: [] };
  }
  const { config, unset } = completed(stack, written);
  const settings = checked(
    stack,
    config,
    plainSecrets(stack, written, () => false),
  );
  return { settings, config, unset };
}

/**
 * Checks a stack's configuration.
 *
 * @param stack name of the stack
 * @param config its configuration by full key
 * @param isEncrypted whether a section of the settings was stored encrypted
 * @throws SettingsError with every error at once
 */
export function settingsOf(
  stack: string,
  config: StackConfig,
  isEncrypted: (section: string) => boolean,
): Settings {
  const base = baseOf(stack, config);
  return base === undefined
    ? checked(stack, config, plainSecrets(stack, config, isEncrypted))
    : checked(stack, withPlaceholders(extended(takenOffline(readStackFile(base)), config)), [], base);
}

/**
 * The stack that a stack extends, if it extends one.
 *
 * @throws SettingsError if that has no file or extends another, or is named by the setting's old name
 */
function baseOf(stack: string, config: StackConfig): string | undefined {
  if ("bramble:rehearses" in config) {
    throw new SettingsError(stack, [unknownSetting("rehearses", "rehearses", [])]);
  }
  const base = config["bramble:extends"];
  if (typeof base !== "string") return undefined;
  const there = hasStackFile(base);
  if (there && readStackFile(base)["bramble:extends"] === undefined) return base;
  const why = there ? "extends another stack itself; name that one" : "has no file in stacks/";
  const message = `"${base}" ${why}. ${allowedWords(stackNames().filter((name) => name !== stack))}`;
  throw new SettingsError(stack, [settingError("not-extendable", "extends", message)]);
}

/** @param known the errors that are known before the settings are parsed */
function checked(stack: string, given: StackConfig, known: readonly SettingError[], base?: string): Settings {
  const { config, errors: unprefixed } = prefixed(given);
  if (Object.keys(config).every((key) => key.startsWith("pulumi:"))) {
    throw new SettingsError(stack, [noConfig], base);
  }
  const { settings, errors: found } = parseSections(ownSettings(config), stack);
  const all = [...known, ...unprefixed, ...wrongNamespaces(config), ...found];
  // What is wrong with a setting by itself comes first, and stands for whatever else is.
  const errors = all.filter(({ path }, i) => all.findIndex((other) => other.path === path) === i);
  if (errors.length > 0) throw new SettingsError(stack, errors, base);
  return settings;
}

/** The configuration with every setting's key as it should be, and what is wrong with those that are not. */
function prefixed(given: StackConfig): { config: StackConfig; errors: SettingError[] } {
  const inner = isObject(given.bramble) ? given.bramble : {};
  const bare = Object.keys(given).filter((key) => Object.hasOwn(sections, key));
  const loose = { ...inner, ...Object.fromEntries(bare.map((key) => [key, given[key]])) };
  const rest = Object.entries(given).filter(([key]) => key !== "bramble" && !bare.includes(key));
  const added = Object.entries(loose).map(([key, value]) => [`bramble:${key}`, value] as const);
  const config = { ...Object.fromEntries(added), ...Object.fromEntries(rest) };
  const example = `bramble:${Object.keys(loose)[0] ?? "boards"}:`;
  const errors: SettingError[] = [];
  if ("bramble" in given) {
    const message = `must not be a map: write each setting with its prefix, ${example}`;
    errors.push({ path: "bramble", code: "without-prefix", message });
  }
  if (bare.length > 0) {
    const message = `must have the prefix "bramble:". Write ${example}`;
    errors.push({ path: bare.join(", "), code: "without-prefix", message });
  }
  return { config, errors };
}

/** Pulumi passes objects and lists as JSON, booleans and numbers as text. */
function parsedValue(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A key such as `brambel:boards` is nobody's, and would be silently ignored. */
function wrongNamespaces(config: StackConfig): SettingError[] {
  return Object.keys(config).flatMap((key) => {
    const namespace = key.split(":")[0] ?? "";
    if (namespaces.includes(namespace)) return [];
    const message = `unknown namespace. ${allowedWords(namespaces)}${didYouMean(namespace, namespaces)}`;
    return [{ path: key, code: "unknown-namespace", message }];
  });
}
