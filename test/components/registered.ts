import { runtime } from "@pulumi/pulumi";

/** A resource as the engine would get it, with secrets in the clear. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Keys of inputs that are secret. */
  readonly secrets: readonly string[];
}

/** What a piece of a program registers. It must import the components itself, since the mocks come first. */
export async function registeredBy(program: () => Promise<void>): Promise<Registered[]> {
  const registered: Registered[] = [];
  await runtime.setMocks({
    call: () => ({}),
    newResource: ({ type, name, inputs }) => {
      const entries = Object.entries(inputs as Record<string, unknown>);
      registered.push({
        type,
        name,
        inputs: Object.fromEntries(entries.map(([key, value]) => [key, runtime.unwrapRpcSecret(value)])),
        secrets: entries.filter(([, value]) => runtime.isRpcSecret(value)).map(([key]) => key),
      });
      const made = type.endsWith(":RandomPassword")
        ? { result: `made for ${name}`, bcryptHash: `hash for ${name}` }
        : {};
      return { id: name, state: { ...(inputs as Record<string, unknown>), ...made } };
    },
  });
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
