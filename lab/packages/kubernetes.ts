// The packages of pkgs.k8s.io, built from Go modules. Names, dependencies and paths are those of
// kubernetes/release, cmd/krel/templates/latest.
import fs from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findGo, linkerFlags } from "../../tools/build.ts";
import { runOrThrow, type Recipe, type Surroundings } from "../built.ts";
import { currentBuild, type KubernetesBuild, pinnedIn } from "../kubernetesBuild.ts";
import { writeDeb, type Deb } from "./deb.ts";
import { indexRepository } from "./repository.ts";

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

/** A repository with Kubernetes: minutes to build, some 90 MB. */
export function kubernetesPackages(kubernetes: KubernetesBuild): Recipe {
  const own = path.join(kubernetes.modules.packages, "go.mod");
  const sources = [
    own,
    ...["modules/go.mod", "kubernetes.ts", "deb.ts", "repository.ts", ...units].map(beside),
  ];
  return {
    name: "kubernetes-packages",
    ingredients: [kubernetes.version, ...sources.map((file) => readFileSync(file, "utf8"))],
    build: async (folder, surroundings) => {
      const built = await buildPrograms(kubernetes, path.join(folder, "programs"), surroundings);
      await fs.mkdir(path.join(folder, "amd64"));
      for (const deb of debs(kubernetes.version, built))
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
      version: `${pinnedIn(currentBuild.modules.packages, plugins)}-${revision}`,
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
  { version, modules }: KubernetesBuild,
  folder: string,
  surroundings: Surroundings,
): Promise<Programs> {
  const go = await findGo(process.env.PATH ?? "");
  const files = Object.keys(programs).map((name) => [name, path.join(folder, name)] as const);
  for (const [name, file] of files) {
    const goPackage = programs[name as keyof Programs];
    const cwd = goPackage.startsWith(plugins) ? currentBuild.modules.packages : modules.packages;
    surroundings.say?.(`${goPackage}: building with ${go.version}`);
    await runOrThrow(
      go.file,
      ["build", "-trimpath", "-ldflags", linkerFlags(version), "-o", file, goPackage],
      { ...surroundings, cwd, env: goEnvironment() },
    );
  }
  return Object.fromEntries(files) as Programs;
}

/** The user's own Go settings must not change what is built. */
function goEnvironment(): NodeJS.ProcessEnv {
  const fixed = { CGO_ENABLED: "0", GO111MODULE: "on", GOWORK: "off", GOOS: "linux", GOARCH: "amd64" };
  return { ...process.env, ...fixed, GOFLAGS: "-mod=readonly" };
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
