// The lab's boards and the stack that makes a cluster of them.
import fs from "node:fs/promises";
import path from "node:path";
import { gatewayAddress } from "./addresses.ts";
import { makeBoardFolder, removeBoardFolder } from "./boardFolder.ts";
import { arm64Image } from "./arm64.ts";
import { writeBoardCard } from "./boardCard.ts";
import type { Surroundings } from "./built.ts";
import { diskIn } from "./disk.ts";
import type { VirtualBoardImage } from "./image.ts";
import { currentBuild, type KubernetesBuild } from "./kubernetesBuild.ts";
import type { Neighbourhood } from "./home/neighbourhood.ts";
import { homeSurroundings, type HomeSurroundings } from "./home/surroundings.ts";
import { clusterImage } from "./kernel.ts";
import { usualMachine } from "./machine.ts";
import { startBoardNetwork, type BoardNetwork } from "./network.ts";
import { packageMirror, type PackageMirror } from "./packageMirror.ts";
import { type AppSection, type LabBoard, labSettings, type LabSettings, type LabSize } from "./settings.ts";
import { LabStack } from "./stack.ts";
import { startVirtualBoard, type VirtualBoard } from "./virtualBoard.ts";

/** What a lab is like. */
export interface LabOptions extends Surroundings, LabSize {
  /** Whether it is a whole home, with those who live there and the internet around it. Default: a cluster alone. */
  home?: boolean | undefined;
  /** Seconds by which boards' clocks are ahead until they ask the time server. Default: 0. */
  clockOffset?: number | undefined;
  /** The versions of Kubernetes that are there; the cluster begins with the first. Default: the current one. */
  kubernetes?: readonly KubernetesBuild[] | undefined;
}

/** Starts boards with fresh cards and writes the stack's settings. Nothing is set up yet. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const image = await clusterImage(options);
  const arm64 = options.arm64 === true ? await arm64Image(image, options) : undefined;
  const network = await startBoardNetwork();
  const folder = makeBoardFolder();
  let surroundings: HomeSurroundings | undefined;
  try {
    const { kubernetes = [currentBuild] } = options;
    // The current one has the images that no version has of its own.
    const builds = [...new Set([...kubernetes, currentBuild])];
    const mirror = await packageMirror({ ...options, network, image, arm64, kubernetes: builds });
    surroundings = options.home === true ? await homeSurroundings(network, folder, options) : undefined;
    const stack = await LabStack.create(folder, surroundings?.around.laptop ?? network, options);
    const lab = new Lab({ image, arm64, network, mirror, stack, folder, surroundings }, options);
    await lab.start();
    return lab;
  } catch (error) {
    await surroundings?.stop();
    await network.stop();
    removeBoardFolder(folder);
    throw error;
  }
}

/** What a flashed card's boot partition has, as far as `npm run card` looks: as Raspberry Pi OS trixie. */
const flashed = {
  "config.txt": "",
  "cmdline.txt": "console=tty1 root=LABEL=card rootfstype=ext4 fsck.repair=yes rootwait\n",
  "user-data": "#cloud-config\n",
  "meta-data": "instance_id: rpios-image\n",
};

interface Parts {
  readonly image: VirtualBoardImage;
  /** That of boards for arm64, if there are any. */
  readonly arm64: VirtualBoardImage | undefined;
  readonly network: BoardNetwork;
  readonly mirror: PackageMirror;
  readonly stack: LabStack;
  readonly folder: string;
  readonly surroundings: HomeSurroundings | undefined;
}

/** Virtual boards and their stack. */
export class Lab {
  readonly settings: LabSettings;
  readonly boards = new Map<string, VirtualBoard>();
  readonly stack: LabStack;
  /** Who lives there and who does not, where it is a home. */
  readonly around: Neighbourhood | undefined;
  readonly #parts: Parts;
  readonly #options: LabOptions;

  constructor(parts: Parts, options: LabOptions) {
    this.#parts = parts;
    this.#options = options;
    this.stack = parts.stack;
    this.around = parts.surroundings?.around;
    this.settings = parts.surroundings?.settings ?? labSettings(options);
  }

  /** Settings of `cluster` for one of the versions of Kubernetes that are there. */
  settingsFor(version: string): Record<string, unknown> {
    const { kubernetes, containerd } = this.#parts.mirror;
    const asSetting = (repository: typeof containerd) => ({ line: repository?.line, key: repository?.key });
    return {
      version,
      kubernetesRepository: asSetting(kubernetes.get(version)),
      containerdRepository: asSetting(containerd),
    };
  }

  /** The board that is asked about the cluster: the first of the settings, which is a control plane. */
  get first(): VirtualBoard {
    return this.board(this.settings.boards[0]?.name ?? "");
  }

  /** The board of an app, by the app's section of the settings. */
  boardOf(app: AppSection): VirtualBoard {
    return this.board(this.settings[app]?.board ?? "");
  }

  /** The boards' network. */
  get network(): BoardNetwork {
    return this.#parts.network;
  }

  board(name: string): VirtualBoard {
    const board = this.boards.get(name);
    if (board === undefined) throw new Error(`the lab has no board ${name}`);
    return board;
  }

  async start(): Promise<void> {
    await this.#startBoards(this.settings.boards);
    const controlPlanes = this.settings.boards.filter(({ role }) => role === "controlPlane");
    if (controlPlanes.length > 1) {
      const places = controlPlanes.map(({ name }) => this.board(name).place);
      await this.#parts.network.balance(6443, places);
      this.settings.cluster.controlPlaneEndpoint = gatewayAddress;
    }
    await this.#writeSettings();
  }

  /** Throws boards away and puts fresh ones in their places, with the same names and addresses, and the same disks. */
  async replaceBoards(...names: readonly string[]): Promise<void> {
    const described = names.map((name) => {
      const found = this.settings.boards.find((each) => each.name === name);
      if (found === undefined) throw new Error(`the settings have no board ${name}`);
      return found;
    });
    await Promise.all(names.map((name) => this.board(name).stop()));
    await this.#startBoards(described);
    await this.#writeSettings();
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await Promise.all([...this.boards.values()].map((board) => board.stop()));
    await this.#parts.mirror.stop();
    await this.#parts.surroundings?.stop();
    await this.#parts.network.stop();
    removeBoardFolder(this.#parts.folder);
  }

  /** At once: each has one processor. They are in the order of the settings, whichever is there first. */
  async #startBoards(described: readonly LabBoard[]): Promise<void> {
    const starts = described.map((each) => this.#startBoard(each));
    const failures: unknown[] = [];
    for (const [i, started] of (await Promise.allSettled(starts)).entries()) {
      if (started.status === "rejected") failures.push(started.reason);
      else this.boards.set(described[i]?.name ?? "", started.value);
    }
    if (failures.length > 0) throw failures[0];
  }

  async #startBoard(described: LabBoard): Promise<VirtualBoard> {
    const { name, disk: wanted } = described;
    const place = this.boards.get(name)?.place ?? this.settings.boards.indexOf(described) + 1;
    const ram = machineRam(described);
    const { network, mirror, folder } = this.#parts;
    const image = (described.arch === "arm64" ? this.#parts.arm64 : undefined) ?? this.#parts.image;
    const { say, clockOffset = 0 } = this.#options;
    say?.(`${name}: starting, ${ram} MiB`);
    const privateKey = await fs.readFile(image.privateKeyPath, "utf8");
    const { cards } = this.settings;
    const to = await fs.mkdtemp(path.join(folder, `card-${name}-`));
    const card = await writeBoardCard(to, { board: described, cards, privateKey, flashed });
    // The place's, whatever board is in it.
    const disk = wanted && (await diskIn(path.join(folder, `disk-${place}.img`), wanted.id));
    const board = await startVirtualBoard({ ram, image, network, mirror, card, disk, clockOffset, place });
    described.hostKey = card.hostKey;
    return board;
  }

  async #writeSettings(): Promise<void> {
    const { mirror, image } = this.#parts;
    const [first = currentBuild] = this.#options.kubernetes ?? [];
    const privateKey = await fs.readFile(image.privateKeyPath, "utf8");
    Object.assign(this.settings.cluster, {
      timeServers: [gatewayAddress],
      imageRepository: mirror.imageRepository,
      // Debian's kernel for User-mode Linux has no cpusets, which nothing here uses.
      ...((await usualMachine()) === "userMode" && { ignorePreflightErrors: ["SystemVerification"] }),
      ...this.settingsFor(first.version),
    });
    this.settings.ssh = { privateKey };
    await this.stack.configure(this.settings);
  }
}

/** MiB of a board's machine: what is sold, of whatever figure stands in the settings in place of a model's. */
function machineRam({ ram }: LabBoard): number {
  return Math.floor(ram / 1024) * 1024;
}
