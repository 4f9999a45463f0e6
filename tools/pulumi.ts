// Pulumi's engine, driven by its Automation API: how every command and the rehearsal run it.
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, type LocalWorkspaceOptions, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { replaceFile } from "./replaceFile.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

/**
 * What a workspace needs to run a CLI, with bramble's own Node for the program.
 *
 * @param cli the CLI's absolute path, as {@link findEngine} has it; its folder is called `bin`
 * @param environment of the CLI, besides this process's own
 */
export async function engineOptions(
  cli: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<LocalWorkspaceOptions> {
  return {
    pulumiCommand: await PulumiCommand.get({ root: path.dirname(path.dirname(cli)) }),
    envVars: {
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PATH: [path.join(repository, "node_modules", ".bin"), process.env.PATH].join(path.delimiter),
      ...environment,
    },
  };
}

/** Writes a project of bramble's own program into a folder that has the settings and the state of its stacks. */
export async function writeProject(folder: string): Promise<void> {
  const project = parse(await fs.readFile(path.join(repository, "Pulumi.yaml"), "utf8")) as object;
  await fs.mkdir(path.join(folder, "state"), { recursive: true });
  await fs.mkdir(path.join(folder, "stacks"), { recursive: true });
  const main = path.relative(folder, path.join(repository, "index.ts"));
  const backend = { url: `file://${path.join(folder, "state")}` };
  await replaceFile(path.join(folder, "Pulumi.yaml"), stringify({ ...project, main, backend }));
}

/** What an error says; of one of the CLI just its own `error: …`, without all else that it printed. */
export function complaintOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof CommandError ? (/^\s*error: (.+)$/m.exec(message)?.[1] ?? message) : message;
}
