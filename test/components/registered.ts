import { runtime } from "@pulumi/pulumi";

/** A resource as the engine would get it, with secrets in the clear. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Keys of inputs that are secret. */
  readonly secrets: readonly string[];
}

/** What is heard of a program. */
export interface Heard {
  /** Resources as they come: there, too, if the program throws. */
  readonly registered?: Registered[];
  /** Functions of providers that it calls. */
  readonly called?: string[];
}

/**
 * What a program, or a piece of one, registers in stack `home`. It must import the components itself, since the mocks
 * come first.
 */
export async function registeredBy(
  program: () => unknown,
  { registered = [], called = [] }: Heard = {},
): Promise<Registered[]> {
  await runtime.setMocks(
    {
      call: ({ token }) => {
        called.push(token);
        return { id: "0".repeat(32) };
      },
      newResource: ({ type, name, inputs: given }) => {
        const entries = Object.entries(given as Record<string, unknown>);
        const plain = entries.map(([key, value]) => [key, runtime.unwrapRpcSecret(value) as unknown]);
        const inputs = Object.fromEntries(plain) as Record<string, unknown>;
        const secrets = entries.filter(([, value]) => runtime.isRpcSecret(value)).map(([key]) => key);
        registered.push({ type, name, inputs, secrets });
        return { id: name, state: { ...given, ...outputsOf(type, name, inputs) } as Record<string, unknown> };
      },
    },
    "bramble",
    "home",
    false,
    "organization",
  );
  allowHooks();
  await program();
  await runtime.disconnect();
  return registered;
}

/** The inputs of the one resource of this kind and name. */
export function inputsOf(
  registered: readonly Registered[],
  kind: string,
  name: string,
): Registered["inputs"] {
  const found = registered.filter((each) => each.type.endsWith(`:${kind}`) && each.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${kind} ${name}`);
  return found[0].inputs;
}

/** A certificate authority of nothing. */
const authority = `-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhQx6X1l+/vm97rFRUlTfajfwLbv9jAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAgFw0yNjExMjIxNjQwMDdaGA8yMTI2MTAyOTE2NDAwN1owDzEN
MAsGA1UEAwwEdGVzdDAqMAUGAytlcAMhAAXqo/g6AXAPXjG+dwg9LWLCS5p+UILu
zFwr/SWq36lko1MwUTAdBgNVHQ4EFgQUGnHaha3adKXQhTb2+a/U/ZFnI2owHwYD
VR0jBBgwFoAUGnHaha3adKXQhTb2+a/U/ZFnI2owDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQD2tRUo37/9OIVsghBs8OJlFIcwuYrnc3lsSkDhMNKAoqg2U+tRm73v
ZT8+BXu+paFZM9KEc9OsSJ9N0RXLZLoH
-----END CERTIFICATE-----
`;

/** The digest of its public key as openssl has it. */
export const authorityHash = "sha256:027160efa3dcceb1ba3ae75d087b487ff393e3108bfbefbe5a2098ce68bbd9ed";

/** What a control plane's credentials look like. */
const kubeconfig = JSON.stringify({
  clusters: [{ cluster: { "certificate-authority-data": Buffer.from(authority).toString("base64") } }],
});

/** What a step prints that answers. */
export function answered(text: string): string {
  return `\n-----BEGIN BRAMBLE ANSWER-----\n${text}\n-----END BRAMBLE ANSWER-----\n`;
}

/** Outputs that a program needs of a resource that a mock makes. */
function outputsOf(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === "pulumi:index:Stash") return { output: inputs.input };
  if (type.endsWith(":RandomPassword")) {
    const result = name.endsWith("-token") ? "abcdef0123456789abcdef" : `made for ${name}`;
    return { result, bcryptHash: `hash for ${name}` };
  }
  if (type.endsWith(":RandomBytes")) return { hex: "1".repeat(64) };
  if (type === "command:remote:Command")
    return { stdout: answered(name.endsWith("-credentials") ? kubeconfig : "ssh-ed25519 AAAA") };
  return {};
}

/** The SDK's own mock of the engine knows no hooks. */
function allowHooks(): void {
  const monitor = runtime.getMonitor() as unknown as Record<string, unknown>;
  const accept = (_: unknown, done: (error: null, answer: object) => void): void => {
    done(null, {});
  };
  monitor.registerResourceHook = accept;
  monitor.registerErrorHook = accept;
}
