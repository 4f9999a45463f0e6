import { podOwner } from "./pods.ts";
import type { ResourceRule, Seen } from "./rule.ts";
import { containersOf, metadataOf } from "./pods.ts";

const secretName = /(pass(word|wd|phrase)|token|secret|api_?key|private_?key|credentials?)$/i;
/** Forms that nothing but a secret has. */
const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bglpat-[\w-]{20}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bxox[abprs]-[\w-]{10}/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
];
/** `password=…`, `--token …`, `api_key: "…"`: a word for a secret, and a value of letters and digits mixed. */
const assignment =
  /(?:pass(?:word|wd|phrase)|token|secret|api[_-]?key)["']?(?:\s*[:=]\s*|\s+)["']?(?=[^\s"']*[0-9])(?=[^\s"']*[A-Za-z])[\w+/=-]{12,}(?=["'\s]|$)/i;

/** Secrets are in Secrets. The value itself is in no message. */
export const plainSecrets: ResourceRule = {
  name: "plain-secrets",
  description: "No secret is in a ConfigMap, an environment variable or a command.",
  level: "mandatory",
  subject: (resource) => {
    const { type, name, props } = resource;
    const { namespace, name: own = name } = metadataOf(props);
    if (isConfigMap(resource)) return `${namespace ?? "default"}/${own}`;
    return podOwner(resource)?.id ?? (/^command:(remote|local):Command$/.test(type) ? name : undefined);
  },
  faults: (resource) => {
    if (isConfigMap(resource)) return configMapFaults(resource);
    const owner = podOwner(resource);
    return owner ? containersOf(owner.spec).flatMap(containerFaults) : commandFaults(resource);
  },
};

function isConfigMap({ type }: Seen): boolean {
  return /^kubernetes:core\/v1:ConfigMap(Patch)?$/.test(type);
}

function configMapFaults({ props }: Seen): string[] {
  const data = Object.entries((props.data ?? {}) as Record<string, string>);
  return data
    .filter(([key, value]) => looksSecret(value) || (secretName.test(key) && isLiteral(value)))
    .map(([key]) => `${key} contains a secret, but a ConfigMap is not confidential. Move it to a Secret.`);
}

function containerFaults({
  name,
  env = [],
  command = [],
  args = [],
}: ReturnType<typeof containersOf>[number]): string[] {
  const words = [...command, ...args].join(" ");
  return [
    ...env
      .filter(({ name: key, value = "" }) => looksSecret(value) || (secretName.test(key) && isLiteral(value)))
      .map(
        ({ name: key }) =>
          `container ${name} has a secret in its environment variable ${key}, where everyone who can see the pod can read it. Use valueFrom.secretKeyRef, or mount a Secret.`,
      ),
    ...(looksSecret(words)
      ? [
          `container ${name} has a secret in its command line, which every process on the board can read. Mount a Secret and pass the file.`,
        ]
      : []),
  ];
}

function commandFaults({ props }: Seen): string[] {
  return ["create", "update", "delete"]
    .filter((key) => looksSecret(typeof props[key] === "string" ? props[key] : ""))
    .map(
      (key) =>
        `${key} has a secret in its command line, which process lists, logs and errors show. Pass it on standard input.`,
    );
}

function looksSecret(text: string): boolean {
  return secretForms.some((form) => form.test(text)) || assignment.test(text);
}

/** Neither empty nor the path of a file. */
function isLiteral(value: string): boolean {
  return value !== "" && !value.startsWith("/");
}
