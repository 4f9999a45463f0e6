import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { type RehearsalFolder, repository } from "./folder.ts";
import { replaceFile } from "../tools/replaceFile.ts";

/** The stack that a rehearsal deploys. */
export const stackName = "rehearsal";

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config: Record<string, unknown>;
}

/**
 * Writes a Pulumi project that is bramble's own but for two things: its state is a folder of the rehearsal, and
 * its kubeconfig is the rehearsal's. The engine writes into a stack's file, and the repository's stays as it is.
 */
export async function writeProject(folder: RehearsalFolder): Promise<void> {
  const project = parse(await readFile(path.join(repository, "Pulumi.yaml"), "utf8")) as Record<
    string,
    unknown
  >;
  const state = path.join(folder.project, "state");
  await mkdir(state, { recursive: true });
  const main = path.relative(folder.project, path.join(repository, "index.ts"));
  const backend = { url: `file://${state}` };
  await replaceFile(path.join(folder.project, "Pulumi.yaml"), stringify({ ...project, main, backend }));

  const own = path.join(folder.project, "stacks", `Pulumi.${stackName}.yaml`);
  const before = existsSync(own) ? (parse(await readFile(own, "utf8")) as StackFile) : undefined;
  const config = await rehearsalConfig(folder);
  // The salt belongs to the state that is there already.
  await replaceFile(own, stringify({ ...before, config }));
}

/** The configuration of the stack `rehearsal`, with the kubeconfig of a rehearsal's folder. */
export async function rehearsalConfig(folder: RehearsalFolder): Promise<Record<string, unknown>> {
  const source = path.join(repository, "stacks", `Pulumi.${stackName}.yaml`);
  const { config } = parse(await readFile(source, "utf8")) as StackFile;
  const cluster = config["bramble:cluster"] as Record<string, unknown>;
  return { ...config, "bramble:cluster": { ...cluster, kubeconfig: folder.kubeconfig } };
}
