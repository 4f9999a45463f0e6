import { getStack, runtime } from "@pulumi/pulumi";
import type { z } from "zod";
import {
  allowedWords,
  didYouMean,
  type Fault,
  faultsOf,
  fieldsOf,
  isSecret,
  misshapen,
  SettingsError,
} from "./faults.ts";
import { brokenRules } from "./rules.ts";
import { type Settings, settingsSchema } from "./schema.ts";
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
 * @throws SettingsError with every fault at once
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
 * @throws SettingsError with every fault at once
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
 * @throws SettingsError with every fault at once
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
 * @throws SettingsError with every fault at once
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
 * @throws SettingsError with every fault at once
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
  throw new SettingsError(stack, stack, [{ path: "bramble:rehearses", message }]);
}

function checked(what: string, file: string, given: StackConfig, known: readonly Fault[]): Settings {
  const { config, faults: unprefixed } = prefixed(given);
  const settings = ownSettings(config);
  if (Object.keys(config).every((key) => key.startsWith("pulumi:")))
    throw new SettingsError(what, file, [noConfig]);
  const result = settingsSchema.safeParse(settings);
  const issues = result.error?.issues ?? [];
  const wrong = misshapen(issues);
  const faults = [
    ...known,
    ...unprefixed,
    ...wrongNamespaces(config),
    ...brokenRules(settings).filter(
      ({ path }) => !wrong.some((whole) => path === whole || /^[.[]/.test(path.replace(whole, ""))),
    ),
    ...faultsOf(settingsSchema, settings, issues),
  ];
  // A rule knows more of a setting than the schema, so its fault comes first and stands for both.
  const byPath = new Map([...faults].reverse().map((fault) => [fault.path, fault]));
  if (!result.success || byPath.size > 0) {
    throw new SettingsError(
      what,
      file,
      faults.filter((fault) => byPath.get(fault.path) === fault),
    );
  }
  return result.data;
}

/** The configuration with every setting's key as it should be, and what is wrong with those that are not. */
function prefixed(given: StackConfig): { config: StackConfig; faults: Fault[] } {
  const nested = given.bramble;
  const inner = typeof nested === "object" && nested !== null && !Array.isArray(nested) ? { ...nested } : {};
  const known = Object.keys(fieldsOf(settingsSchema) ?? {});
  const bare = Object.keys(given).filter((key) => known.includes(key));
  const loose = { ...inner, ...Object.fromEntries(bare.map((key) => [key, given[key]])) };
  const rest = Object.entries(given).filter(([key]) => key !== "bramble" && !bare.includes(key));
  const added = Object.entries(loose).map(([key, value]) => [`bramble:${key}`, value] as const);
  const example = `bramble:${Object.keys(loose)[0] ?? "boards"}:`;
  return {
    config: { ...Object.fromEntries(added), ...Object.fromEntries(rest) },
    faults: [
      ...("bramble" in given
        ? [{ path: "bramble", message: `must not be a map: write each setting with its prefix, ${example}` }]
        : []),
      ...(bare.length > 0
        ? [
            {
              path: bare.join(", "),
              message: `without the prefix "bramble:" it is no setting. Write ${example}`,
            },
          ]
        : []),
    ],
  };
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
function wrongNamespaces(config: StackConfig): Fault[] {
  return Object.keys(config).flatMap((key) => {
    const namespace = key.split(":")[0] ?? "";
    if (namespaces.includes(namespace)) return [];
    const hint = didYouMean(namespace, namespaces);
    return [{ path: key, message: `unknown namespace. ${allowedWords(namespaces)}${hint}` }];
  });
}

function plainSecrets(config: StackConfig, isEncrypted: (section: string) => boolean): Fault[] {
  return Object.entries(fieldsOf(settingsSchema) ?? {}).flatMap(([section, node]) =>
    secretsIn(node)
      .filter((keys) => !isEncrypted(section) && isPlain(valueAt(config[`bramble:${section}`], keys)))
      .map((keys) => {
        const path = `bramble:${[section, ...keys].join(".")}`;
        const fix = `npx pulumi config set --secret --path '${path}'`;
        return { path, message: `is a secret in plain text; it is readable by anyone. Encrypt it: ${fix}` };
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
  return Object.entries(fieldsOf(settingsSchema) ?? {}).flatMap(([section, node]) => {
    const written = config[`bramble:${section}`];
    // One that lies deeper belongs to what may be left out as a whole.
    const needed = secretsIn(node).filter(
      ([key = "", ...deeper]) => deeper.length === 0 && !fieldsOf(node)?.[key]?.safeParse(undefined).success,
    );
    const unset = needed.filter((keys) => written !== undefined && valueAt(written, keys) === undefined);
    return unset.map((keys) => `bramble:${[section, ...keys].join(".")}`);
  });
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
}
