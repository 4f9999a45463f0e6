// Builds the images of a cluster, for boards that reach no registry.
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findGo } from "../../tools/build.ts";
import { obtainBuilt, runOrThrow, type Recipe, type Surroundings } from "../built.ts";
import { currentBuild, type KubernetesBuild } from "../kubernetesBuild.ts";
import { debianMirror } from "../image.ts";
import { obtainPrograms, programOf } from "../programs.ts";
import { type ImageRecipe, imagesOf } from "./catalogue.ts";
import { flanneld } from "./flanneld.ts";
import { addImage, addLayer, type Descriptor } from "./oci.ts";

/** What images need of Debian, with all that these need in turn. */
const debian = ["busybox-static", "iptables"];

const sources = [
  "build.ts",
  "catalogue.ts",
  "oci.ts",
  "base.sh",
  "flannel.sh",
  "../modules/cni/go.mod",
  "../modules/cni/flannel/main.go",
  "../modules/cni/pause/main.go",
  "../packages/debian.sh",
];

/**
 * A registry's folder with every image of a cluster: some 10 minutes to build, 700 MB. Of another version than the
 * current one only what that does not have.
 */
export function clusterImages(kubernetes: KubernetesBuild): Recipe {
  const isCurrent = kubernetes === currentBuild;
  const common = new Set(isCurrent ? [] : imagesOf(currentBuild).map(({ name }) => name));
  const wanted = imagesOf(kubernetes).filter(({ name }) => !common.has(name));
  return {
    name: "images",
    ingredients: [
      kubernetes.version,
      debianMirror,
      JSON.stringify(wanted),
      ...brought.map((name) => programOf(kubernetes, name).version),
      ...sources.map((file) => readFileSync(beside(file), "utf8")),
    ],
    build: async (folder, surroundings) => {
      const parts = path.join(folder, "parts");
      await fs.mkdir(parts);
      const programs = await filesFor(kubernetes, parts, surroundings);
      await buildBase(parts, surroundings);
      await assemble(wanted, programs, parts, folder, surroundings);
      await fs.rm(parts, { recursive: true });
    },
  };
}

/** Of the programs that images hold, those that tools/ brings. */
const brought = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "etcd",
  "etcdctl",
  "etcdutl",
  "coredns",
  "traefik",
  "restic",
  "rest-server",
] as const;

/** The file of each program that an image may hold. */
async function filesFor(
  kubernetes: KubernetesBuild,
  parts: string,
  surroundings: Surroundings,
): Promise<Readonly<Record<string, string>>> {
  const flannel = await obtainBuilt(flanneld, surroundings);
  return {
    ...(await obtainPrograms(kubernetes, brought, surroundings)),
    flanneld: path.join(flannel, "flanneld"),
    "install-conf": path.join(flannel, "install-conf"),
    flannel: await buildSmall("flannel", parts, surroundings),
    pause: await buildSmall("pause", parts, surroundings),
  };
}

/** One of the programs beside the CNI plugins' go.mod: seconds. */
async function buildSmall(name: string, folder: string, surroundings: Surroundings): Promise<string> {
  const go = await findGo(process.env.PATH ?? "");
  const file = path.join(folder, name);
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly" };
  const cwd = beside("../modules/cni");
  await runOrThrow(go.file, ["build", "-trimpath", "-ldflags=-s -w", "-o", file, `./${name}`], {
    ...surroundings,
    cwd,
    env,
  });
  return file;
}

async function buildBase(folder: string, surroundings: Surroundings): Promise<void> {
  const debs = path.join(folder, "debs");
  await fs.mkdir(debs);
  // To an empty list of installed packages: these images start from nothing.
  const status = path.join(folder, "status");
  await fs.writeFile(status, "");
  const download = beside("../packages/debian.sh");
  await runOrThrow("sh", [download, debs, status, debianMirror, "trixie", ...debian], surroundings);
  await runOrThrow("sh", [beside("base.sh"), folder, debs], surroundings);
}

async function assemble(
  images: readonly ImageRecipe[],
  programs: Readonly<Record<string, string>>,
  parts: string,
  registry: string,
  surroundings: Surroundings,
): Promise<void> {
  const layers = new Map<string, Descriptor>();
  for (const base of ["busybox", "iptables"])
    layers.set(base, await addLayer(registry, path.join(parts, base), surroundings));
  for (const { name, base, programs: files, entrypoint = [] } of images) {
    const own: Descriptor[] = [];
    if (Object.keys(files).length > 0) {
      const tree = await fs.mkdtemp(path.join(parts, "tree-"));
      await fs.chmod(tree, 0o755);
      for (const [to, program] of Object.entries(files)) {
        await fs.mkdir(path.join(tree, path.dirname(to)), { recursive: true });
        await fs.copyFile(programs[program] ?? "", path.join(tree, to));
      }
      own.push(await addLayer(registry, tree, surroundings));
    }
    const below = base.flatMap((each) => layers.get(each) ?? []);
    await addImage(registry, name, [...below, ...own], entrypoint);
  }
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
