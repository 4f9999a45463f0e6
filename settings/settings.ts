import { getStack, runtime } from "@pulumi/pulumi";
import type { z } from "zod";
import { allowedWords, didYouMean, type SettingError, settingError, SettingsError } from "./errors.ts";
import { parseSections } from "./parse.ts";
import { sections, type Settings, settingsSchema } from "./schema.ts";
import { fieldsOf, isSecret, valueAt } from "./schema/nodes.ts";
import {
  hasStackFile,
  noConfig,
  readStackFile,
  rehearsedConfig,
  type StackConfig,
  stackNames,
} from "./stackFile.ts";

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

/**
 * The settings of a stack by its file alone, without Pulumi's engine. Only for a stack that rehearses another:
 * the secrets of any other are encrypted.
 *
 * @throws SettingsError with every error at once
 */
export function settingsOfRehearsal(stack: string): Settings {
  return settingsOf(stack, readStackFile(stack), () => false);
}

/** What a stack's file says by itself. */
export interface FileSettings {
  readonly settings: Settings;
  /** The configuration that Pulumi would give the program, with a made-up value for each secret. */
  readonly config: StackConfig;
  /** Secrets that are needed and not in the file yet, as paths: `bramble:dns.apiToken`. */
  readonly unsetSecrets: readonly string[];
}

/**
 * The settings of any stack by its file alone, without Pulumi's engine, and so without its secrets.
 *
 * @throws SettingsError with every error at once
 */
export function settingsOfFile(stack: string): FileSettings {
  const written = readStackFile(stack);
  const rehearses = typeof written["bramble:rehearses"] === "string";
  const config = rehearses ? written : rehearsedConfig(settingsSchema, written, {});
  const known = rehearses ? [] : plainSecrets(written, () => false);
  const settings = rehearses ? settingsOfRehearsal(stack) : checked(stack, stack, config, known);
  return { settings, config, unsetSecrets: rehearses ? [] : unsetSecretsIn(written) };
}

/**
 * The settings of a stack by its file alone, with a made-up value for each secret: for what needs none of them.
 *
 * @throws SettingsError with every error at once
 */
export function settingsWithoutSecrets(stack: string): Settings {
  const config = rehearsedConfig(settingsSchema, readStackFile(stack), {});
  return settingsOf(stack, config, () => true);
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
  const rehearsed = config["bramble:rehearses"];
  if (typeof rehearsed === "string") {
    requireRehearsable(stack, rehearsed);
    const whole = rehearsedConfig(settingsSchema, readStackFile(rehearsed), config);
    return checked(`${rehearsed} as ${stack} rehearses it`, rehearsed, whole, []);
  }
  return checked(stack, stack, config, plainSecrets(config, isEncrypted));
}

/** @throws SettingsError if the stack that is to be rehearsed has no file, or rehearses another */
function requireRehearsable(stack: string, rehearsed: string): void {
  const there = hasStackFile(rehearsed);
  if (there && readStackFile(rehearsed)["bramble:rehearses"] === undefined) return;
  const why = there ? "rehearses another stack itself; name that one" : "has no file in stacks/";
  const message = `"${rehearsed}" ${why}. ${allowedWords(stackNames().filter((name) => name !== stack))}`;
  throw new SettingsError(stack, stack, [settingError("not-rehearsable", "rehearses", message)]);
}

function checked(what: string, file: string, given: StackConfig, known: readonly SettingError[]): Settings {
  const { config, errors: unprefixed } = prefixed(given);
  if (Object.keys(config).every((key) => key.startsWith("pulumi:"))) {
    throw new SettingsError(what, file, [noConfig]);
  }
  const { settings, errors: found } = parseSections(ownSettings(config));
  const all = [...known, ...unprefixed, ...wrongNamespaces(config), ...found];
  // What is wrong with a setting by itself comes first, and stands for whatever else is.
  const errors = all.filter(({ path }, i) => all.findIndex((other) => other.path === path) === i);
  if (errors.length > 0) throw new SettingsError(what, file, errors);
  return settings;
}

/** The configuration with every setting's key as it should be, and what is wrong with those that are not. */
function prefixed(given: StackConfig): { config: StackConfig; errors: SettingError[] } {
  const nested = given.bramble;
  const inner = typeof nested === "object" && nested !== null && !Array.isArray(nested) ? { ...nested } : {};
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
    const message = `without the prefix "bramble:" it is no setting. Write ${example}`;
    errors.push({ path: bare.join(", "), code: "without-prefix", message });
  }
  return { config, errors };
}

function ownSettings(config: StackConfig): Record<string, unknown> {
  const own = Object.entries(config).filter(([key]) => key.startsWith("bramble:"));
  return Object.fromEntries(own.map(([key, value]) => [key.slice("bramble:".length), value]));
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
    const hint = didYouMean(namespace, namespaces);
    const message = `unknown namespace. ${allowedWords(namespaces)}${hint}`;
    return [{ path: key, code: "unknown-namespace", message }];
  });
}

function plainSecrets(config: StackConfig, isEncrypted: (section: string) => boolean): SettingError[] {
  return Object.entries<z.ZodType>(sections).flatMap(([section, node]) =>
    secretsIn(node)
      .filter((keys) => !isEncrypted(section) && isPlain(valueAt(config[`bramble:${section}`], keys)))
      .map((keys) => {
        const setting = [section, ...keys].join(".");
        const fix = `npx pulumi config set --secret --path 'bramble:${setting}'`;
        const message = `is a secret in plain text; it is readable by anyone. Encrypt it: ${fix}`;
        return settingError("plain-secret", setting, message);
      }),
  );
}

/** The ways to all secrets below a section. */
function secretsIn(node: z.ZodType): string[][] {
  return Object.entries(fieldsOf(node) ?? {}).flatMap(([key, field]) =>
    isSecret(field) ? [[key]] : secretsIn(field).map((keys) => [key, ...keys]),
  );
}

/** An encrypted value stands in a stack's file as `secure: …`; the engine passes it as text. */
function isPlain(value: unknown): boolean {
  return value !== undefined && valueAt(value, ["secure"]) === undefined;
}

function unsetSecretsIn(config: StackConfig): string[] {
  return Object.entries<z.ZodType>(sections).flatMap(([section, node]) => {
    const written = config[`bramble:${section}`];
    // One that lies deeper belongs to what may be left out as a whole.
    const needed = secretsIn(node).filter(
      ([key = "", ...deeper]) => deeper.length === 0 && !fieldsOf(node)?.[key]?.safeParse(undefined).success,
    );
    const unset = needed.filter((keys) => written !== undefined && valueAt(written, keys) === undefined);
    return unset.map((keys) => `bramble:${[section, ...keys].join(".")}`);
  });
}
