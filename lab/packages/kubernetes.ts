// The packages of pkgs.k8s.io, built from the Go modules that modules/go.mod pins. Names, dependencies and
// paths are those of kubernetes/release, cmd/krel/templates/latest.
import fs from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findGo, linkerFlags } from "../../rehearsal/tools/build.ts";
import { runOrThrow, type Recipe, type Surroundings } from "../built.ts";
import { writeDeb, type Deb } from "./deb.ts";
import { indexRepository } from "./repository.ts";

/** Kubernetes in modules/go.mod, without the v. */
export const kubernetesVersion = pinned("k8s.io/kubernetes");

/**
 * The version that the lab upgrades to: the same sources under the next number, which is what kubeadm and the
 * boards go by.
 */
export const nextKubernetesVersion = kubernetesVersion.replace(/\d+$/, (patch) => String(Number(patch) + 1));

const revision = "1.1";
const plugins = "github.com/containernetworking/plugins";

/** Each program's main package. The plugins are those that flannel and kubeadm's clusters use. */
const programs = {
  kubeadm: "k8s.io/kubernetes/cmd/kubeadm",
  kubectl: "k8s.io/kubernetes/cmd/kubectl",
  kubelet: "k8s.io/kubernetes/cmd/kubelet",
  bridge: `${plugins}/plugins/main/bridge`,
  "host-local": `${plugins}/plugins/ipam/host-local`,
  loopback: `${plugins}/plugins/main/loopback`,
  portmap: `${plugins}/plugins/meta/portmap`,
};

type Programs = Record<keyof typeof programs, string>;

/**
 * A repository with Kubernetes: minutes to build, some 90 MB.
 *
 * @param kubernetes the version it calls itself. Default: that of its sources
 */
export function kubernetesPackages(kubernetes = kubernetesVersion): Recipe {
  const sources = ["modules/go.mod", "kubernetes.ts", "deb.ts", "repository.ts", ...units];
  return {
    name: "kubernetes-packages",
    ingredients: [kubernetes, ...sources.map((file) => readFileSync(beside(file), "utf8"))],
    build: async (folder, surroundings) => {
      const built = await buildPrograms(kubernetes, path.join(folder, "programs"), surroundings);
      await fs.mkdir(path.join(folder, "amd64"));
      for (const deb of debs(kubernetes, built))
        await writeDeb(path.join(folder, "amd64"), deb, surroundings);
      await fs.rm(path.join(folder, "programs"), { recursive: true });
      await indexRepository(folder, surroundings);
    },
  };
}

const units = ["kubelet.service", "10-kubeadm.conf"] as const;

function debs(kubernetes: string, built: Programs): Deb[] {
  const version = `${kubernetes}-${revision}`;
  return [
    {
      name: "kubelet",
      version,
      description: "Node agent of Kubernetes, built for the lab",
      depends: ["iptables (>= 1.4.21)", "kubernetes-cni (>= 1.2.0)", "mount", "util-linux"],
      files: { "usr/bin/kubelet": built.kubelet, "usr/lib/systemd/system/kubelet.service": beside(units[0]) },
    },
    {
      name: "kubeadm",
      version,
      description: "Sets up clusters of Kubernetes, built for the lab",
      files: {
        "usr/bin/kubeadm": built.kubeadm,
        "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": beside(units[1]),
      },
    },
    {
      name: "kubectl",
      version,
      description: "Command line of Kubernetes, built for the lab",
      files: { "usr/bin/kubectl": built.kubectl },
    },
    {
      name: "kubernetes-cni",
      version: `${pinned(plugins)}-${revision}`,
      description: "Four plugins for pods' networks, built for the lab",
      files: Object.fromEntries(
        (["bridge", "host-local", "loopback", "portmap"] as const).map((name) => [
          `opt/cni/bin/${name}`,
          built[name],
        ]),
      ),
    },
    {
      name: "cri-tools",
      version,
      description: "Empty: crictl is not to be had as a Go module, and kubeadm works without it",
      files: {},
    },
  ];
}

async function buildPrograms(
  kubernetes: string,
  folder: string,
  surroundings: Surroundings,
): Promise<Programs> {
  const go = await findGo(process.env.PATH ?? "");
  const files = Object.keys(programs).map((name) => [name, path.join(folder, name)] as const);
  for (const [name, file] of files) {
    const goPackage = programs[name as keyof Programs];
    surroundings.say?.(`${goPackage}: building with ${go.version}`);
    await runOrThrow(
      go.file,
      ["build", "-trimpath", "-ldflags", linkerFlags(kubernetes), "-o", file, goPackage],
      { ...surroundings, cwd: beside("modules"), env: goEnvironment() },
    );
  }
  return Object.fromEntries(files) as Programs;
}

/** The user's own Go settings must not change what is built. */
function goEnvironment(): NodeJS.ProcessEnv {
  const fixed = { CGO_ENABLED: "0", GO111MODULE: "on", GOWORK: "off", GOOS: "linux", GOARCH: "amd64" };
  return { ...process.env, ...fixed, GOFLAGS: "-mod=readonly" };
}

/** A module's version in modules/go.mod, without the v. */
function pinned(module: string): string {
  const escaped = module.replaceAll(".", String.raw`\.`);
  const found = new RegExp(`^\\s+${escaped} v(\\S+)`, "m").exec(
    readFileSync(beside("modules/go.mod"), "utf8"),
  );
  if (found?.[1] === undefined) throw new Error(`modules/go.mod does not require ${module}`);
  return found[1];
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
