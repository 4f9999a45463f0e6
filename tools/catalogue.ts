// The pinned programs of the rehearsal's control plane. Data only: how they are had is in obtain.ts.

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
}

/** Kubernetes of the rehearsal, and of boards unless the settings say otherwise; without the v. */
export const kubernetesVersion = "1.36.3";

/** The etcd that Kubernetes 1.36.3 names as its default. */
const etcdVersion = "3.6.8";
const kwokVersion = "0.8.0";

// Checksums: kops, pkg/assets/assetdata/k8s-1.36.yaml. Kubernetes releases servers for Linux only.
const kubernetes: Tool[] = [
  kubernetesServer("kube-apiserver", {
    "linux-amd64": "1f217d397234a6d065da663c6e086fdb02c0f0de97a0758ff3e6f3956f4ef8ab",
    "linux-arm64": "16001b9d35d23634c361a1e2b7b0fc7abe186984af697ef7a869c8c8cded78b7",
  }),
  kubernetesServer("kube-controller-manager", {
    "linux-amd64": "7edfe976d5a06c7a702d653e914095f4a732a04bb2139115b6a6eba6a9b781c7",
    "linux-arm64": "27868a5c822824945b93f2d8a724a5dcd99affc68b47230ae766bff8795bbb84",
  }),
  kubernetesServer("kube-scheduler", {
    "linux-amd64": "b8955d4518c902110b50a825364339b1fb673822518ce0ba081a69ed634f8eee",
    "linux-arm64": "ca1c7cd0033942bf9ef7eac80e18375d91f6f29487244c3e685f11163b01a88d",
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
      "linux-amd64": "cf9cfe91a4856cb90eed9c99e6aee4b708db2c7888b88a6f116281f04b0ea693",
      "linux-arm64": "438f56a700d17ce761510a3e63e6fa5c1d587b2dd4d7a22c179c09a649366760",
    },
    (platform) => {
      const folder = `etcd-v${etcdVersion}-${platform}`;
      const url = `https://github.com/etcd-io/etcd/releases/download/v${etcdVersion}/${folder}.tar.gz`;
      return { url, member: `${folder}/etcd` };
    },
  ),
  goPackage: "go.etcd.io/etcd/server/v3",
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
