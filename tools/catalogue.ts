// The pinned programs of the rehearsal's control plane. Data only: how they are had is in obtain.ts.
import path from "node:path";

/** A system and processor, as Go names them. */
export type Platform = `${"linux" | "darwin"}-${"amd64" | "arm64"}`;

export type ToolName =
  "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok" | "kwokctl";

/** One file of an official release. */
export interface Release {
  url: string;
  /** Of the file at `url`, lower-case hex. */
  sha256: string;
  /** Where the program is inside the file, if that is a .tar.gz; the file is the program otherwise. */
  member?: string;
}

/** One program in the one version that is used. Plain data, so that it can be handed to another process. */
export interface Tool<Name extends string = ToolName> {
  name: Name;
  version: string;
  /** A line of what the program prints when asked for its version; more may follow after a space. */
  versionLine: string;
  /** How it is asked for its version; `--version` if omitted. */
  versionArgs?: readonly string[];
  /** Platforms without an entry have no release whose checksum is known, and build the program. */
  releases: Partial<Record<Platform, Release>>;
  /** The main package, from the modules pinned in go.mod. */
  goPackage: string;
  /** Where the program keeps its version, by the linker's name for it, where it must be told. */
  versionVariable?: string;
  /** The folder with the go.mod that pins it, if that is not the set-up's. */
  modules?: string;
}

/** Kubernetes of the rehearsal, and of boards unless the settings say otherwise; without the v. */
export const kubernetesVersion = "1.37.1";

/**
 * The newest etcd with public checksums. kubeadm 1.37 brings 3.7.0 and takes any from 3.5.24 on:
 * cmd/kubeadm/app/constants/constants.go.
 */
const etcdVersion = "3.6.14";
const kwokVersion = "0.8.0";

// Checksums: kops, pkg/assets/assetdata/k8s-1.37.yaml. Kubernetes releases servers for Linux only.
const kubernetes: Tool[] = [
  kubernetesServer("kube-apiserver", {
    "linux-amd64": "de9b1b43c10143f448408b3aaf15f44fd5248b97a56301417a1fe2f1fc47a691",
    "linux-arm64": "c3c240bc4a0fbe3ad311ac3d74ca1d19ac411628130ea825049550fd856020d9",
  }),
  kubernetesServer("kube-controller-manager", {
    "linux-amd64": "acd67c8f8871d4594f307d2816bf11aa972f47617ee6e1f84b0ce92a091f7290",
    "linux-arm64": "b470c3730cd8e49622c656c47ac16ef994e2edf14ba905be2dad05bc34a4e353",
  }),
  kubernetesServer("kube-scheduler", {
    "linux-amd64": "8d10dfc64de70b1670cc1ce52701eb6a219c0905a95bdde608edc5432f9eca43",
    "linux-arm64": "1bfe0c213f015abb08131ee8a02353eb0492dfe19a965b54c5ca1145b6d05e10",
  }),
];

// Checksums: kubespray, roles/kubespray_defaults/vars/main/checksums.yml, which covers Linux only. macOS has
// a release whose checksum is not published there, so it builds.
const etcd: Tool = {
  name: "etcd",
  version: etcdVersion,
  versionLine: `etcd Version: ${etcdVersion}`,
  releases: releases(
    {
      "linux-amd64": "ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5",
      "linux-arm64": "fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e",
    },
    (platform) => {
      const folder = `etcd-v${etcdVersion}-${platform}`;
      const url = `https://github.com/etcd-io/etcd/releases/download/v${etcdVersion}/${folder}.tar.gz`;
      return { url, member: `${folder}/etcd` };
    },
  ),
  goPackage: "go.etcd.io/etcd/server/v3",
  modules: path.join(import.meta.dirname, "etcd"),
};

// Checksums: the Arch user repository's kwok-bin for Linux (its amd64 sums agree with a second public pin
// list), that pin list for macOS on arm64. None is known for macOS on amd64, so it builds.
const kwok: Tool[] = [
  kwokTool("kwok", {
    "linux-amd64": "f5a4385a2ae1b9dd7f8acae18e002a75c0ebba124ae9d7259aa8dadb50711f46",
    "linux-arm64": "628f7d277860f524a2a775c217adcc58828e7b59ab0933680315784f1b8b0e37",
    "darwin-arm64": "69a064ec98d37844d9d742b5b28ff57825659a983ccc3e208daa6948b94d64ba",
  }),
  kwokTool("kwokctl", {
    "linux-amd64": "d5743166c657283d6e827c7c4c20cacfd9009fd94830f06718ca7b2c7099461f",
    "linux-arm64": "5a642b27d3e975f36040d215640cd90fb4a63cb6fca0ad5865a61bcd9c81051b",
    "darwin-arm64": "9323a59adb9c27854bd2a76652ad00258bcbb68acc40aba0dc21e362b67b7d6a",
  }),
];

/** Every program that the rehearsal starts, the quickest to build first. */
export const catalogue: readonly Tool[] = [etcd, ...kwok, ...kubernetes];

type Checksums = Partial<Record<Platform, string>>;

function kubernetesServer(name: ToolName, checksums: Checksums): Tool {
  const folder = `https://dl.k8s.io/release/v${kubernetesVersion}/bin`;
  return {
    name,
    version: kubernetesVersion,
    versionLine: `Kubernetes v${kubernetesVersion}`,
    releases: releases(checksums, (platform) => ({ url: `${folder}/${platform.replace("-", "/")}/${name}` })),
    goPackage: `k8s.io/kubernetes/cmd/${name}`,
  };
}

function kwokTool(name: ToolName, checksums: Checksums): Tool {
  const folder = `https://github.com/kubernetes-sigs/kwok/releases/download/v${kwokVersion}`;
  return {
    name,
    version: kwokVersion,
    versionLine: `${name} version v${kwokVersion}`,
    releases: releases(checksums, (platform) => ({ url: `${folder}/${name}-${platform}` })),
    goPackage: `sigs.k8s.io/kwok/cmd/${name}`,
  };
}

/** @param found where a platform's release is */
function releases(checksums: Checksums, found: (platform: Platform) => Omit<Release, "sha256">) {
  const entries = Object.entries(checksums) as [Platform, string][];
  return Object.fromEntries(entries.map(([platform, sha256]) => [platform, { ...found(platform), sha256 }]));
}
