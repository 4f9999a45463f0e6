// Builds the images of a cluster, for boards that reach no registry.
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findGo, linkerFlags } from "../../tools/build.ts";
import { runOrThrow, type Recipe, type Surroundings } from "../built.ts";
import { currentBuild, type KubernetesBuild } from "../kubernetesBuild.ts";
import { debianMirror } from "../image.ts";
import { flannelVersion, type ImageRecipe, imagesOf } from "./catalogue.ts";
import { addImage, addLayer, type Descriptor } from "./oci.ts";

const kubernetes = "k8s.io/kubernetes/cmd";
const etcd = "go.etcd.io/etcd";

/** Each program's modules (a folder below modules/, or the version's own) and main package. */
const programs: Readonly<Record<string, readonly [modules: string, goPackage: string]>> = {
  "kube-apiserver": ["kubernetes", `${kubernetes}/kube-apiserver`],
  "kube-controller-manager": ["kubernetes", `${kubernetes}/kube-controller-manager`],
  "kube-scheduler": ["kubernetes", `${kubernetes}/kube-scheduler`],
  "kube-proxy": ["kubernetes", `${kubernetes}/kube-proxy`],
  etcd: ["kubernetes", `${etcd}/server/v3`],
  etcdctl: ["kubernetes", `${etcd}/etcdctl/v3`],
  etcdutl: ["kubernetes", `${etcd}/etcdutl/v3`],
  coredns: ["coredns", "github.com/coredns/coredns"],
  flannel: ["cni", "./flannel"],
  pause: ["cni", "./pause"],
};

/** What images need of Debian, with all that these need in turn. */
const debian = ["busybox-static", "iptables"];

const sources = [
  "build.ts",
  "catalogue.ts",
  "oci.ts",
  "base.sh",
  "flannel.sh",
  "modules/coredns/go.mod",
  "modules/cni/go.mod",
  "modules/cni/flannel/main.go",
  "modules/cni/pause/main.go",
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
  const files = [path.join(kubernetes.modules.images, "go.mod"), ...sources.map(beside)];
  return {
    name: "images",
    ingredients: [
      kubernetes.version,
      debianMirror,
      JSON.stringify(wanted),
      ...files.map((file) => readFileSync(file, "utf8")),
    ],
    build: async (folder, surroundings) => {
      const parts = path.join(folder, "parts");
      await fs.mkdir(parts);
      await buildPrograms(kubernetes, wanted, parts, surroundings);
      if (isCurrent) await runOrThrow("sh", [beside("flannel.sh"), parts, flannelVersion], surroundings);
      await buildBase(parts, surroundings);
      await assemble(wanted, parts, folder, surroundings);
      await fs.rm(parts, { recursive: true });
    },
  };
}

async function buildPrograms(
  { version, modules: own }: KubernetesBuild,
  images: readonly ImageRecipe[],
  folder: string,
  surroundings: Surroundings,
): Promise<void> {
  const go = await findGo(process.env.PATH ?? "");
  const fixed = { CGO_ENABLED: "0", GO111MODULE: "on", GOWORK: "off", GOOS: "linux", GOARCH: "amd64" };
  const env = { ...process.env, ...fixed, GOFLAGS: "-mod=readonly" };
  const needed = new Set(images.flatMap((image) => Object.values(image.programs)));
  for (const [name, [modules, goPackage]] of Object.entries(programs)) {
    if (!needed.has(name)) continue;
    surroundings.say?.(`${name}: building with ${go.version}`);
    const args = ["build", "-trimpath", "-ldflags", linkerFlags(version), "-o", path.join(folder, name)];
    await runOrThrow(go.file, [...args, goPackage], {
      ...surroundings,
      cwd: modules === "kubernetes" ? own.images : beside(`modules/${modules}`),
      env,
    });
  }
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
        await fs.copyFile(path.join(parts, program), path.join(tree, to));
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
