// The programs that images hold: where each comes from, and what its bytes depend on.
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findGo } from "../../tools/build.ts";
import type { Architecture } from "../architecture.ts";
import { obtainBuilt, runOrThrow, type Surroundings } from "../built.ts";
import type { KubernetesBuild } from "../kubernetesBuild.ts";
import { isProgram, obtainPrograms, programOf } from "../programs.ts";
import { flanneld, flanneldFor } from "./flanneld.ts";
import { type OptionalProgram, optionalProgram } from "./optionalPrograms.ts";

/** Where a program comes from that is none of the lab's programs. */
interface Origin {
  /** What its bytes depend on. */
  readonly ingredients: () => readonly string[];
  /**
   * Its file; `folder` is for one that is not kept.
   *
   * @throws an Error if there is none for the architecture
   */
  readonly obtain: (
    folder: string,
    surroundings: Surroundings,
    architecture: Architecture,
  ) => Promise<string> | string;
}

const nodePackage = beside("../../node_modules/node");

const origins: Readonly<Record<string, Origin>> = {
  flanneld: ofFlannel("flanneld"),
  "install-conf": ofFlannel("install-conf"),
  flannel: small("flannel"),
  pause: small("pause"),
  // As npm has it, near the version of the real image.
  node: {
    ingredients: () => [readFileSync(path.join(nodePackage, "package.json"), "utf8")],
    obtain: (_, __, architecture) => {
      requireThisMachine("node", architecture);
      return path.join(nodePackage, "bin", "node");
    },
  },
  gogs: ofThisMachine("gogs"),
  ddns: ofThisMachine("ddns"),
};

/** What a program's bytes depend on, for the ingredients of what holds it. */
export function ingredientsOf(kubernetes: KubernetesBuild, name: string): readonly string[] {
  return isProgram(name) ? [name, programOf(kubernetes, name).version] : originOf(name).ingredients();
}

/**
 * The file of each program, after building those that are missing.
 *
 * @param folder for those that are not kept
 * @throws an Error if one is not to be had for the architecture
 */
export async function obtainFiles(
  kubernetes: KubernetesBuild,
  names: readonly string[],
  folder: string,
  surroundings: Surroundings,
  architecture: Architecture,
): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = await obtainPrograms(
    kubernetes,
    names.filter(isProgram),
    surroundings,
    architecture,
  );
  for (const name of names) files[name] ??= await originOf(name).obtain(folder, surroundings, architecture);
  return files;
}

/** For programs that are taken as they are on this machine. */
function requireThisMachine(name: string, architecture: Architecture): void {
  if (architecture !== "amd64")
    throw new Error(`${name} is this machine's; there is none for ${architecture}`);
}

function originOf(name: string): Origin {
  const origin = origins[name];
  if (origin === undefined) throw new Error(`an image holds ${name}, which comes from nowhere`);
  return origin;
}

function ofFlannel(name: string): Origin {
  return {
    ingredients: () => flanneld.ingredients,
    obtain: async (_, surroundings, architecture) =>
      path.join(await obtainBuilt(flanneldFor(architecture), surroundings), name),
  };
}

/** One of the programs beside the CNI plugins' go.mod: seconds. */
function small(name: string): Origin {
  const modules = beside("../modules/cni");
  const sources = ["go.mod", `${name}/main.go`];
  return {
    ingredients: () => sources.map((file) => readFileSync(path.join(modules, file), "utf8")),
    obtain: async (folder, surroundings, architecture) => {
      const go = await findGo(process.env.PATH ?? "");
      const file = path.join(folder, name);
      const env = {
        ...process.env,
        CGO_ENABLED: "0",
        GOARCH: architecture,
        GOWORK: "off",
        GOFLAGS: "-mod=readonly",
      };
      const args = ["build", "-trimpath", "-ldflags=-s -w", "-o", file, `./${name}`];
      await runOrThrow(go.file, args, { ...surroundings, cwd: modules, env });
      return file;
    },
  };
}

function ofThisMachine(name: OptionalProgram): Origin {
  const file = () => {
    const found = optionalProgram(name);
    if (found.file === undefined) throw new Error(found.missing);
    return found.file;
  };
  const hash = () => crypto.createHash("sha256").update(readFileSync(file())).digest("hex");
  return {
    ingredients: () => [name, hash()],
    obtain: (_, __, architecture) => {
      requireThisMachine(name, architecture);
      return file();
    },
  };
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
