import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { type RehearsalFolder, repository } from "./folder.ts";
import { writeProject } from "../tools/pulumi.ts";
import { replaceFile } from "../tools/replaceFile.ts";

/** The stack that a rehearsal deploys. */
export const stackName = "rehearsal";

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config: Record<string, unknown>;
}

/**
 * Writes the rehearsal's Pulumi project: bramble's own, but that its state is in the rehearsal's folder and its
 * kubeconfig the rehearsal's. The engine writes into a stack's file, and the repository's stays as it is.
 */
export async function writeRehearsalProject(folder: RehearsalFolder): Promise<void> {
  await writeProject(folder.project);
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
