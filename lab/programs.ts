// The programs that virtual boards run of a cluster, each built once and kept beside those of the rehearsal: where
// both start the same one, it is the same file.
import path from "node:path";
import { findInCache } from "../tools/cache.ts";
import { catalogue, type Tool } from "../tools/catalogue.ts";
import { obtainTools } from "../tools/obtain.ts";
import { thisMachine } from "../tools/setUp.ts";
import {
  backupModules,
  edgeModules,
  kubeStateMetrics,
  metricsModules,
  metricsServer,
  restic,
  restServer,
  statsdExporter,
  traefik,
} from "./appPrograms.ts";
import { type Architecture, setUpFor } from "./architecture.ts";
import type { Surroundings } from "./built.ts";
import type { KubernetesBuild } from "./kubernetesBuild.ts";

/** The version of CNI's plugins. */
export const pluginsVersion = "1.9.1";
/** That of containerd. */
export const containerdVersion = "2.4.2";
const corednsVersion = "1.14.6";

/** What each of Kubernetes' and etcd's programs says before its version, and how it is asked. */
const versioned = {
  etcd: ["etcd Version: ", "--version"],
  etcdctl: ["etcdctl version: ", "version"],
  etcdutl: ["etcdutl version: ", "version"],
  "kube-apiserver": ["Kubernetes v", "--version"],
  "kube-controller-manager": ["Kubernetes v", "--version"],
  "kube-proxy": ["Kubernetes v", "--version"],
  "kube-scheduler": ["Kubernetes v", "--version"],
  kubeadm: ["v", "version", "--output=short"],
  kubectl: ["Client Version: v", "version", "--client"],
  kubelet: ["Kubernetes v", "--version"],
} as const;

/** Those that all versions of Kubernetes share. */
const shared = {
  // Those of CNI's plugins that flannel and kubeadm's clusters use.
  bridge: plugin("bridge", "main"),
  "host-local": plugin("host-local", "ipam"),
  loopback: plugin("loopback", "main"),
  portmap: plugin("portmap", "meta"),
  containerd: ofContainerd("containerd", "--version"),
  "containerd-shim-runc-v2": ofContainerd("containerd-shim-runc-v2", "-v"),
  ctr: ofContainerd("ctr", "--version"),
  coredns: {
    version: corednsVersion,
    versionArgs: ["-version"],
    versionLine: `CoreDNS-${corednsVersion}`,
    goPackage: "github.com/coredns/coredns",
    modules: path.join(import.meta.dirname, "modules/coredns"),
  },
  traefik: { ...traefik, modules: edgeModules },
  restic: { ...restic, modules: backupModules },
  "rest-server": { ...restServer, modules: backupModules },
  "metrics-server": { ...metricsServer, modules: metricsModules },
  "kube-state-metrics": { ...kubeStateMetrics, modules: metricsModules },
  statsd_exporter: { ...statsdExporter, modules: metricsModules },
};

export type ProgramName = keyof typeof versioned | keyof typeof shared;

/** Whether a program is one of these. */
export function isProgram(name: string): name is ProgramName {
  return name in versioned || name in shared;
}

/** A program, and the folder with the go.mod that pins it. */
export type Program<Name extends string = string> = Tool<Name> & { readonly modules: string };

/** A program as that version of Kubernetes has it: the rehearsal's own where it is the same. */
export function programOf<Name extends ProgramName>(build: KubernetesBuild, name: Name): Program<Name> {
  if (name in shared) return { releases: {}, ...shared[name as keyof typeof shared], name };
  const isEtcd = name.startsWith("etcd");
  const version = isEtcd ? build.beside.etcd.replace(/-\d+$/, "") : build.version;
  const rehearsed = catalogue.find((tool) => tool.name === name && tool.version === version);
  const [line, ...versionArgs] = versioned[name as keyof typeof versioned];
  const etcdPackage = `go.etcd.io/etcd/${name === "etcd" ? "server" : name}/v3`;
  return {
    version,
    versionArgs,
    versionLine: `${line}${version}`,
    releases: {},
    goPackage: isEtcd ? etcdPackage : `k8s.io/kubernetes/cmd/${name}`,
    ...rehearsed,
    name,
    modules: build.modules,
  };
}

/** A program's file if it was built before. Looks only. */
export async function findProgram(build: KubernetesBuild, name: ProgramName): Promise<string | undefined> {
  return (await findInCache(programOf(build, name), thisMachine())).file;
}

/**
 * The files of programs, after building those that are missing.
 *
 * @param architecture whose processors run them. Default: amd64, this machine's
 */
export async function obtainPrograms<Name extends ProgramName>(
  build: KubernetesBuild,
  names: readonly Name[],
  surroundings: Surroundings,
  architecture: Architecture = "amd64",
): Promise<Record<Name, string>> {
  const files: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const program = programOf(build, name);
    const { modules } = program;
    const setUp = {
      ...thisMachine(),
      ...setUpFor(architecture),
      ...surroundings,
      tools: [program],
      modules,
    };
    Object.assign(files, await obtainTools(setUp));
  }
  return files as Record<Name, string>;
}

function ofContainerd(name: string, versionArgument: string) {
  const module = "github.com/containerd/containerd/v2";
  return {
    version: containerdVersion,
    versionArgs: [versionArgument],
    versionLine:
      name === "containerd-shim-runc-v2"
        ? `  Version:  ${containerdVersion}`
        : `${name} ${module} ${containerdVersion}`,
    versionVariable: `${module}/version.Version`,
    goPackage: `${module}/cmd/${name}`,
    modules: path.join(import.meta.dirname, "modules/containerd"),
  };
}

function plugin(name: string, kind: string) {
  const module = "github.com/containernetworking/plugins";
  return {
    version: pluginsVersion,
    // Without CNI's variables a plugin says what it is.
    versionArgs: [],
    versionLine: `CNI ${name} plugin ${pluginsVersion}`,
    versionVariable: `${module}/pkg/utils/buildversion.BuildVersion`,
    goPackage: `${module}/plugins/${kind}/${name}`,
    modules: path.join(import.meta.dirname, "modules/cni"),
  };
}
