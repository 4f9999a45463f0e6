import { isSecret, looksSecret } from "../components/workload/secretForms.ts";
import { type AnyContainer, configMapData, containersOf, idOf, podOwner } from "./pods.ts";
import { type Messages, resourceRule, type Seen } from "./rule.ts";

/** Secrets are in Secrets. The value itself is in no message. */
export const plainSecrets = resourceRule({
  name: "plain-secrets",
  description: "No secret is in a ConfigMap, an environment variable or a command.",
  subject: (resource) => {
    const [data, owner] = [configMapData(resource), podOwner(resource)];
    const isCommand = /^command:(remote|local):Command$/.test(resource.type);
    if (data === undefined && owner === undefined && !isCommand) return undefined;
    return {
      id: isCommand ? resource.name : idOf(resource),
      data: data ?? {},
      containers: owner ? containersOf(owner.pod) : [],
      command: isCommand ? resource.props : {},
    };
  },
  messages: ({ data, containers, command }) => [
    ...configMapMessages(data),
    ...containers.flatMap(containerMessages),
    ...commandMessages(command),
  ],
});

function configMapMessages(data: Readonly<Record<string, string>>): Messages {
  return Object.entries(data).map(
    ([key, value]) =>
      isSecret(key, value) &&
      `${key} contains a secret, but a ConfigMap is not confidential. Move it to a Secret.`,
  );
}

function containerMessages({ name, env = [], command = [], args = [] }: AnyContainer): Messages {
  return [
    ...env.map(
      ({ name: key, value = "" }) =>
        isSecret(key, value) &&
        `container ${name} has a secret in its environment variable ${key}, where everyone who can see the pod can read it. Use valueFrom.secretKeyRef, or mount a Secret.`,
    ),
    looksSecret([...command, ...args].join(" ")) &&
      `container ${name} has a secret in its command line, which every process on the board can read. Mount a Secret and pass the file.`,
  ];
}

function commandMessages(props: Seen["props"]): Messages {
  return ["create", "update", "delete"].map((key) => {
    const command = props[key];
    return (
      typeof command === "string" &&
      looksSecret(command) &&
      `${key} has a secret in its command line, which process lists, logs and errors show. Pass it on standard input.`
    );
  });
}
