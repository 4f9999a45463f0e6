import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isMap, parseAllDocuments, type YAMLParseError } from "yaml";
import { type SettingError, SettingsError } from "./errors.ts";

/** Configuration of a stack by full key: `bramble:boards`, `pulumi:…`. */
export type StackConfig = Readonly<Record<string, unknown>>;

/**
 * The configuration in a stack's file, as it was written; secrets are still encrypted.
 *
 * @param stack `home` for stacks/Pulumi.home.yaml
 * @throws Error if there is no such file; SettingsError if it is no map in YAML with a map `config` in it
 */
export function readStackFile(stack: string): StackConfig {
  const bytes = readFileSync(stackFile(stack));
  const { config, errors } = configIn(bytes);
  if (errors.length > 0) throw new SettingsError(stack, errors);
  return config;
}

/** What is wrong with a file that has no settings where they are looked for. */
export const noConfig: SettingError = {
  path: "the file",
  code: "no-config",
  message:
    'has no map "config:" with settings in it. Write "config:" in a line of its own, and below it each setting, indented by two spaces: "  bramble:boards:".',
};

/** The configuration in the text of a stack's file. */
export function configIn(bytes: Buffer): { config: StackConfig; errors: SettingError[] } {
  const failed = (...errors: SettingError[]) => ({ config: {}, errors });
  if (bytes.includes(0)) {
    const message = "is not UTF-8, and probably UTF-16. Save it as UTF-8.";
    return failed({ path: "the file", code: "not-utf8", message });
  }
  const documents = parseAllDocuments(bytes.toString("utf8"));
  const [first, second] = documents;
  if (second) {
    const message = 'holds more than one YAML document. Remove the lines "---", and write "config:" once.';
    return failed({ path: "the file", code: "several-documents", message });
  }
  const broken = first?.errors ?? [];
  if (broken.length > 0) return failed(...syntaxErrors(broken));
  const content = first && isMap(first.contents) ? (first.toJS() as Record<string, unknown>) : undefined;
  return isObject(content?.config) ? { config: content.config, errors: [] } : failed(noConfig);
}

/** All keys that are there twice; else the first error, since it causes most of the others. */
function syntaxErrors(errors: readonly YAMLParseError[]): SettingError[] {
  const twice = errors.filter(({ code }) => code === "DUPLICATE_KEY");
  return (twice.length > 0 ? twice : errors.slice(0, 1)).map(({ code, message, linePos }) => {
    const [what = ""] = message.split(/ at line \d+, column \d+:|\n/);
    const says: Partial<Record<typeof code, string>> = {
      DUPLICATE_KEY: "has a duplicate key. Keep one of them.",
      TAB_AS_INDENT: "is indented with a tab. YAML only allows spaces.",
    };
    const path = `line ${linePos?.[0].line ?? 1}`;
    return { path, code: "not-yaml", message: says[code] ?? `is not valid YAML: ${what}.` };
  });
}

/** Whether there is a file of a stack. */
export function hasStackFile(stack: string): boolean {
  return existsSync(stackFile(stack));
}

/** The stacks that have a file. */
export function stackNames(): string[] {
  const files = readdirSync(new URL("../stacks/", import.meta.url));
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** The file of a stack. */
export function stackFile(stack: string): URL {
  return new URL(`../stacks/Pulumi.${stack}.yaml`, import.meta.url);
}

/**
 * The configuration of a stack that extends another: the other's, with what differs laid over it, objects key by key.
 *
 * @param base configuration of the stack that is extended
 * @param own configuration of the stack that extends it
 */
export function extended(base: StackConfig, own: StackConfig): StackConfig {
  return Object.entries(own).reduce<StackConfig>(
    (all, [key, value]) => ({
      ...all,
      [key]: isObject(all[key]) && isObject(value) ? extended(all[key], value) : value,
    }),
    base,
  );
}

/** The sections of a configuration by name: `boards`. */
export function ownSettings(config: StackConfig): Record<string, unknown> {
  const own = Object.entries(config).filter(([key]) => key.startsWith("bramble:"));
  return Object.fromEntries(own.map(([key, value]) => [key.slice("bramble:".length), value]));
}

/** Whether a value is a map. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
