// Programs that tests hold bramble's own against: each is brought once and kept in the cache.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { flanneld } from "../../lab/images/flanneld.ts";
import { findBuilt, type Recipe, runOrThrow } from "../../lab/built.ts";
import { findExecutable } from "../../tools/executable.ts";
import { run } from "../../tools/run.ts";

const requirements = fileURLToPath(new URL("../../commands/esphome/requirements.txt", import.meta.url));
const appRequirements = fileURLToPath(new URL("../components/userApps/requirements.txt", import.meta.url));

/** The Pythons that ESPHome's requirements are for, as `name` on PATH. */
const pythons = ["python3.11", "python3.12", "python3.13", "python3"];

/** ESPHome in a virtual environment: 300 MB. */
export const esphome = virtualEnvironment("esphome", requirements);

/** Isso, which keeps comments in SQLite, and Radicale, which keeps calendars in files. */
export const pythonApps = virtualEnvironment("python-apps", appRequirements);

function virtualEnvironment(name: string, requirements: string): Recipe {
  return {
    name,
    ingredients: [readFileSync(requirements, "utf8")],
    build: async (folder, surroundings) => {
      const python = await findPython();
      await runOrThrow(python, ["-m", "venv", folder], surroundings);
      const install = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
      await runOrThrow(path.join(folder, "bin", "python"), install, surroundings);
    },
  };
}

/** The folder with the programs of {@link pythonApps}, or undefined. */
export function findPythonApps(): string | undefined {
  const folder = findBuilt(pythonApps);
  return folder && path.join(folder, "bin");
}

/** The virtual environment's Python, which has ESPHome as a module, or undefined. */
export function findEsphome(): string | undefined {
  const folder = findBuilt(esphome);
  return folder && path.join(folder, "bin", "python");
}

/** flanneld's path, or undefined. */
export function findFlanneld(): string | undefined {
  const folder = findBuilt(flanneld);
  return folder && path.join(folder, "flanneld");
}

async function findPython(): Promise<string> {
  for (const name of pythons) {
    const file = await findExecutable(name, process.env.PATH ?? "");
    if (file === undefined) continue;
    const { ended } = await run(file, ["-c", "import sys, venv; assert sys.version_info >= (3, 11)"]);
    if (ended === 0) return file;
  }
  throw new Error("Python 3.11 or newer with its module venv is needed; there is none on PATH");
}
