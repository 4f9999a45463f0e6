// Programs that come of no Go module, package or release that the lab has: it takes them from this machine.
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The variable that names each program; without it the program is looked for on PATH. */
const variables = {
  /** Gogs. */
  gogs: "BRAMBLE_GOGS",
  /** favonia/cloudflare-ddns, the DNS updater. */
  ddns: "BRAMBLE_CLOUDFLARE_DDNS",
} as const;

/** Name of such a program. */
export type OptionalProgram = keyof typeof variables;

/** A program's absolute path, or why it is not here. */
export function optionalProgram(
  name: OptionalProgram,
): { file: string; missing?: undefined } | { file?: undefined; missing: string } {
  const variable = variables[name];
  const named = process.env[variable];
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const files =
    named === undefined ? folders.map((folder) => path.join(folder, name)) : [path.resolve(named)];
  const file = files.find(isProgram);
  if (file !== undefined) return { file };
  const missing =
    named === undefined ? `no ${name} on PATH, nor in ${variable}` : `${variable} is ${named}, no program`;
  return { missing };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
