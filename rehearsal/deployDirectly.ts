import { createHash } from "node:crypto";
import { ApiException, type V1Status } from "@kubernetes/client-node";
import { runtime } from "@pulumi/pulumi";
import { judge, violationText } from "../policy/judge.ts";
import type { Seen } from "../policy/rule.ts";
import type { Apply } from "./controlPlane.ts";
import { type Deployment, DeploymentError } from "./deployment.ts";
import type { RehearsalFolder } from "./folder.ts";
import { rehearsalConfig, stackName } from "./pulumiProject.ts";

type Inputs = Record<string, unknown>;

/**
 * Deploys the same program without Pulumi's engine, through the SDK's test monitor: each Kubernetes object that
 * the program registers is applied to the API server, in the order that its dependencies demand. State, diffs
 * and deletions are not covered by this: what a change of the settings removes stays.
 *
 * Once in a process: the program is a module and runs when it is first imported.
 *
 * @param why why there is no engine, for the report
 * @throws DeploymentError with what the program, the API server or a policy said
 */
export async function deployDirectly(
  folder: RehearsalFolder,
  apply: Apply,
  why: string,
  onResource: (name: string) => void,
): Promise<Deployment> {
  let applied = 0;
  const failures: string[] = [];
  const seen: Seen[] = [];
  const register = async (type: string, name: string, props: Inputs) => {
    // The SDK's test monitor is not told what is protected.
    seen.push({ type, name, props, isProtected: false });
    if (type === "random:index/randomPassword:RandomPassword") return madeUp(name, props);
    if (!type.startsWith("kubernetes:")) return { id: name, state: props };
    const object = await apply(props);
    applied += 1;
    onResource(name);
    return { id: `${object.metadata?.namespace ?? ""}/${object.metadata?.name ?? ""}`, state: { ...object } };
  };
  const config = Object.entries(await rehearsalConfig(folder));
  runtime.setAllConfig(Object.fromEntries(config.map(([key, value]) => [key, asText(value)])));
  await runtime.setMocks(
    {
      // The SDK knows no failed registration: what fails is told when the program is through.
      newResource: ({ type, name, inputs }) =>
        register(type, name, plain(inputs as Inputs)).catch((error: unknown) => {
          failures.push(`${name}: ${messageOf(error)}`);
          return { id: name, state: {} };
        }),
      call: ({ token }) => {
        failures.push(`the program calls ${token}, which requires Pulumi's engine`);
        return {};
      },
    },
    "bramble",
    stackName,
  );
  try {
    await import("../index.ts");
    await runtime.disconnect();
  } catch (error) {
    throw new DeploymentError(messageOf(error));
  }
  const policies = judge(seen);
  for (const { name, level, violations } of policies) {
    if (level === "mandatory") failures.push(...violations.map((each) => violationText(name, each)));
  }
  if (failures.length > 0) throw new DeploymentError(failures.join("\n"));
  return { deployedBy: `the Pulumi SDK alone (${why})`, changes: `${applied} applied`, steps: [], policies };
}

/** The same password at every run, so that a second one changes nothing. */
function madeUp(name: string, props: Inputs) {
  const result = createHash("sha256").update(name).digest("hex").slice(0, Number(props.length));
  return { id: "none", state: { ...props, result } };
}

function plain(inputs: Inputs): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, runtime.unwrapRpcSecret(value) as unknown]),
  );
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The API server's own words where it was the API server that refused. */
function messageOf(error: unknown): string {
  if (error instanceof ApiException)
    return (JSON.parse(String(error.body)) as V1Status).message ?? String(error);
  return error instanceof Error ? error.message : String(error);
}
