import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { type BoardDisk, type DataFolder, diskMount, diskUses, folderLines, folderMode } from "./disk.ts";
import { diskThresholds } from "./kubeletConfig.ts";
import { assignments } from "./shell.ts";
import { defaultUpdates, type SystemUpdates, updateTimes } from "./systemUpdates.ts";

/** A signed package repository. */
export interface PackageRepository {
  /**
   * A line for apt. `%key%` stands for the key's path on the board, `%id%` for the operating system's id
   * (debian, ubuntu), `%codename%` for its release's name (trixie).
   */
  readonly line: string;
  /** The key that signs it: its text (`-----BEGIN PGP …`), or an address from which the board takes it. */
  readonly key: string;
}

/** What is installed on a board, and from where. */
export interface BoardPackages {
  /** Version of kubelet, kubeadm and kubectl: 1.37.1 */
  readonly kubernetes: string;
  readonly kubernetesRepository: PackageRepository;
  /** The package's name: `containerd.io` (Docker's), `containerd` (Debian's). */
  readonly containerd: string;
  /** Where containerd comes from. Without it: the operating system's own repositories. */
  readonly containerdRepository?: PackageRepository | undefined;
  /** The oldest containerd that this Kubernetes works with: 2.0 */
  readonly containerdMinimum: string;
  /** Packages that bring the CNI plugins, and tools: kubernetes-cni, cri-tools. */
  readonly extra: readonly string[];
  /** The image of the container that holds a pod's network; kubeadm's, so that it is pulled once. */
  readonly sandboxImage: string;
  /** Address of a registry that every image is taken from instead of its own: `http://192.168.1.5:5000`. */
  readonly imageRepository?: string | undefined;
}

/** Everything that the phases need to know of a board. */
export interface BootstrapPlan {
  /** Host name of the board and name of its node. */
  readonly board: string;
  /** Nominal RAM in MiB: the kernel can't have more. */
  readonly ram: number;
  /** MiB that the plan expects the kernel to have: it must have 95 % of it. */
  readonly capacity: number;
  readonly cores: number;
  readonly arch: "arm64" | "amd64";
  /** All boards of the cluster, this one too. */
  readonly boards: readonly { readonly name: string; readonly host: string }[];
  /** Further names that every board must know, each with an address: the cluster's endpoint. Default: none. */
  readonly names?: readonly { readonly name: string; readonly host: string }[] | undefined;
  /** Ports that will be taken on it, `443/tcp`: nobody else may listen there. Default: none. */
  readonly ports?: readonly string[] | undefined;
  /** Whether flannel brings the pod network, for which the kernel needs VXLAN. Default: false. */
  readonly hasFlannel?: boolean | undefined;
  /** Modules that the kernel needs besides. Default: none. */
  readonly modules?: readonly string[] | undefined;
  /** Time servers that the board asks. Empty: those of its operating system. */
  readonly timeServers: readonly string[];
  /** Its disk. Default: all is on the card. */
  readonly disk?: BoardDisk | undefined;
  /** Directories of apps' data on it. Default: none. */
  readonly folders?: readonly DataFolder[] | undefined;
  /** Which updates of its own system it installs, and when. Default: {@link defaultUpdates}. */
  readonly updates?: SystemUpdates | undefined;
  readonly packages: BoardPackages;
}

/**
 * The phases in their order, each with the files in front of its own. Each works only on what the ones before it
 * left; what `inspect` finds, the phase that would change it refuses too, with the same file.
 */
const filesBefore = {
  inspect: [
    ...[
      "apt",
      "sources",
      "unattended",
      "containerdConfig",
      "cardMark",
      "node",
      "modules",
      "firmware",
      "swapOwners",
    ],
    ...["disks", "diskUses", "folders"],
    ...["board", "card", "storage", "clusters", "containers", "packages", "network"].map(
      (of) => `inspect/${of}`,
    ),
  ],
  host: ["apt", "clock", "node", "cardMark"],
  wear: [],
  kernel: ["modules", "firmware"],
  swap: ["swapOwners"],
  reboot: ["rebooting"],
  restarted: ["clock", "swapOwners"],
  // Before anything can write to where the disk will be mounted.
  disk: ["inspect/containers", "node", "disks", "diskUses"],
  repositories: ["sources"],
  // Before the packages that are held, so that no update of the system comes between.
  updates: ["apt", "unattended"],
  containerd: ["apt", "containerdConfig"],
  packages: ["apt"],
  data: ["folders"],
} satisfies Record<string, readonly string[]>;
/** A phase's name. */
export type PhaseName = keyof typeof filesBefore;
const allPhases = Object.keys(filesBefore) as PhaseName[];
/** The phases of every board; one with a disk has `disk`, too. */
export const phaseNames: readonly PhaseName[] = allPhases.filter((phase) => phase !== "disk");

/**
 * MiB that must be free for what comes: kubelet, kubeadm, kubectl, containerd and plugins, unpacked; a node's images
 * (1 GiB) and their unpacking; logs and short-lived volumes of pods.
 */
const space = { PACKAGES_SPACE: 512, IMAGES_SPACE: 2048, PODS_SPACE: 256 };
/** MiB of journal on the card: about a week of a node's messages. */
const journalSize = 64;
/** Seconds that a board's first boot may take once its SSH server runs. */
const firstBootWait = 150;
/** Seconds for a synchronisation; a time server that is reached needs 10 to 30. */
const clockWait = 120;
/** Seconds for a disk to be found after a boot. */
const diskWait = 30;

/** The phases of a board. The same plan gives the same documents; a document changes with what it depends on. */
export function bootstrapPhases(plan: BootstrapPlan) {
  const parameters = phaseParameters(plan);
  const script = (phase: PhaseName) =>
    stepScript(plan.board, phase, parameters[phase] ?? {}, [...filesBefore[phase], phase].map(bootstrapFile));
  // A board that needs another boot configuration may need a reboot for it.
  const bootConfiguration = createHash("sha256")
    .update(script("kernel"))
    .update(script("swap"))
    .digest("hex");
  parameters.reboot = { BOOT_CONFIGURATION: bootConfiguration };
  parameters.restarted = { BOOT_CONFIGURATION: bootConfiguration, CLOCK_WAIT: clockWait };
  return (plan.disk ? allPhases : phaseNames).map((phase) => ({
    phase,
    /** The script with its parameters in front. Holds no secret. */
    script: script(phase),
    /** Seconds. */
    timeLimit: takesLong.has(phase) ? 1800 : 300,
    /** Whether it runs as root; else as the user who logs in. `inspect` says what to do where sudo does not work. */
    asRoot: phase !== "inspect",
    /** Whether the board may be starting when this phase begins. */
    whileStarting: phase === "restarted",
  }));
}

/** Phases that may have to download packages, or to check a large disk. */
const takesLong = new Set<PhaseName>(["host", "disk", "updates", "containerd", "packages"]);

/** What a script is told, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

function phaseParameters({ packages, ...plan }: BootstrapPlan): Partial<Record<PhaseName, Parameters>> {
  // nf_conntrack is for kube-proxy, which sets its table's size before anything else has loaded it.
  const modules = [
    "overlay",
    "br_netfilter",
    "nf_conntrack",
    ...(plan.hasFlannel ? ["vxlan"] : []),
    ...(plan.modules ?? []),
  ];
  const isShared = packages.containerdRepository?.line === packages.kubernetesRepository.line;
  // A mirror with everything is one source: apt refuses it under two keys' paths.
  const kubernetesRepository = isShared ? undefined : packages.kubernetesRepository;
  const containerd = {
    CONTAINERD_PACKAGE: packages.containerd,
    CONTAINERD_MINIMUM: packages.containerdMinimum,
    IMAGE_REPOSITORY: packages.imageRepository ?? "",
  };
  const disk = {
    DISK: diskMount,
    DISK_ID: plan.disk?.id ?? "",
    // In an order of its own: another one in the settings is no change.
    DISK_FOR: diskUses.filter((use) => plan.disk?.for.includes(use)).join(" "),
    DISK_WAIT: diskWait,
  };
  const updates = plan.updates ?? defaultUpdates;
  const folders = { FOLDERS: folderLines(plan.folders ?? []), FOLDER_MODE: folderMode, DISK: diskMount };
  return {
    inspect: {
      ...{ RAM: plan.ram, CAPACITY: plan.capacity, CORES: plan.cores, ARCH: plan.arch },
      ...space,
      FIRST_BOOT_WAIT: firstBootWait,
      NODEFS_KEPT: diskThresholds.nodefs,
      IMAGEFS_KEPT: diskThresholds.imagefs,
      IMAGEFS_KEPT_ON_DISK: diskThresholds.imagefsOnDisk,
      INODES_KEPT: diskThresholds.inodes,
      KUBERNETES_VERSION: packages.kubernetes,
      ...containerd,
      CONTAINERD_REPOSITORY: packages.containerdRepository?.line ?? "",
      KUBERNETES_REPOSITORY: kubernetesRepository?.line ?? "",
      MODULES: modules.join(" "),
      PORTS: (plan.ports ?? []).join(" "),
      UPDATES: updates.install,
      ...disk,
      ...folders,
    },
    host: {
      HOSTS: hostsEntries(plan.board, [...plan.boards, ...(plan.names ?? [])]).join("\n"),
      TIME_SERVERS: plan.timeServers.join(" "),
      CLOCK_WAIT: clockWait,
    },
    wear: { JOURNAL_SIZE: journalSize },
    kernel: { MODULES: modules.join(" ") },
    disk,
    repositories: {
      ...repository("CONTAINERD", packages.containerdRepository),
      ...repository("KUBERNETES", kubernetesRepository),
    },
    updates: {
      UPDATES: updates.install,
      ...updateTimes(updates.window),
      REPORT_SCRIPT: readFileSync(bootstrapFile("rebootDue"), "utf8"),
    },
    containerd: { ...containerd, SANDBOX_IMAGE: packages.sandboxImage },
    packages: {
      KUBERNETES_VERSION: packages.kubernetes,
      EXTRA_PACKAGES: packages.extra.join(" "),
    },
    data: folders,
  };
}

function repository(prefix: string, { line, key }: PackageRepository = { line: "", key: "" }): Parameters {
  const isUrl = /^https?:\/\//.test(key);
  return {
    [`${prefix}_REPOSITORY`]: line,
    [`${prefix}_KEY`]: isUrl ? "" : key.trim(),
    [`${prefix}_KEY_URL`]: isUrl ? key : "",
  };
}

/**
 * Lines for a board's /etc/hosts: every board, and every other name, with an address of the network. Its own name must
 * mean something even if it is reached by another one.
 */
export function hostsEntries(board: string, boards: BootstrapPlan["boards"]): string[] {
  return boards.flatMap(({ name, host }) => {
    const inNetwork = (isIPv4(host) && !host.startsWith("127.")) || (isIPv6(host) && host !== "::1");
    if (inNetwork) return [`${host} ${name}`];
    return name === board ? [`127.0.1.1 ${name}`] : [];
  });
}

/**
 * A script as it goes to a board's shell: its parameters, what is in front of all scripts, and its files.
 *
 * @param board the board's name, for what is said of it
 * @param step name of the phase or step
 */
export function stepScript(
  board: string,
  step: string,
  parameters: Parameters,
  files: readonly URL[],
): string {
  const texts = [bootstrapFile("prelude"), bootstrapFile("files"), ...files].map((file) =>
    readFileSync(file, "utf8"),
  );
  return assignments({ BOARD: board, PHASE: step, ...parameters }) + texts.join("");
}

/** A script of the phases, which a step of a cluster may also have in front of it. */
export function bootstrapFile(name: string): URL {
  return new URL(`bootstrap/${name}.sh`, import.meta.url);
}
