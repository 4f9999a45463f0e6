// The packages of pkgs.k8s.io, built from Go modules. Names, dependencies and paths are those of
// kubernetes/release, cmd/krel/templates/latest.
import fs from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Architecture } from "../architecture.ts";
import type { Recipe } from "../built.ts";
import type { KubernetesBuild } from "../kubernetesBuild.ts";
import { obtainPrograms, pluginsVersion } from "../programs.ts";
import { writeDeb, type Deb } from "./deb.ts";
import { indexRepository } from "./repository.ts";

const revision = "1.1";
const plugins = ["bridge", "host-local", "loopback", "portmap"] as const;
const programs = ["kubeadm", "kubectl", "kubelet", ...plugins] as const;

type Programs = Record<(typeof programs)[number], string>;

/**
 * A repository with Kubernetes: minutes to build, some 90 MB for each architecture.
 *
 * @param architectures of boards that use it. Default: amd64 alone
 */
export function kubernetesPackages(
  kubernetes: KubernetesBuild,
  architectures: readonly Architecture[] = ["amd64"],
): Recipe {
  const sources = ["kubernetes.ts", "deb.ts", "repository.ts", ...units].map(beside);
  return {
    name: "kubernetes-packages",
    ingredients: [
      kubernetes.version,
      pluginsVersion,
      ...architectures,
      ...sources.map((file) => readFileSync(file, "utf8")),
    ],
    build: async (folder, surroundings) => {
      for (const architecture of architectures) {
        const built = await obtainPrograms(kubernetes, programs, surroundings, architecture);
        await fs.mkdir(path.join(folder, architecture));
        for (const deb of debs(kubernetes.version, built))
          await writeDeb(path.join(folder, architecture), { ...deb, architecture }, surroundings);
      }
      await indexRepository(folder, surroundings);
    },
  };
}

const units = ["kubelet.service", "10-kubeadm.conf"] as const;

function debs(kubernetes: string, built: Programs): Omit<Deb, "architecture">[] {
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
      version: `${pluginsVersion}-${revision}`,
      description: "Four plugins for pods' networks, built for the lab",
      files: Object.fromEntries(plugins.map((name) => [`opt/cni/bin/${name}`, built[name]])),
    },
    {
      name: "cri-tools",
      version,
      description: "Empty: crictl is not available as a Go module, and kubeadm works without it",
      files: {},
    },
  ];
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
