// A lab for the tests of a room that sets up boards: a network, its packages, and boards on it.
import { readFileSync } from "node:fs";
import type { BoardBootstrapArgs } from "../../components/board/bootstrap.ts";
import type { BoardConnection } from "../../components/board/connection.ts";
import type { BootstrapPlan } from "../../components/board/phases.ts";
import { boardAddress } from "../../lab/addresses.ts";
import { builtImage } from "../../lab/image.ts";
import { startBoardNetwork, type BoardNetwork } from "../../lab/network.ts";
import { packageMirror, type PackageMirror } from "../../lab/packageMirror.ts";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { startVirtualBoard, type VirtualBoard, type VirtualBoardOptions } from "../../lab/virtualBoard.ts";

/** What a fresh card of Raspberry Pi OS starts with, in short: nothing of cgroups. */
export const freshCmdline = "console=tty1 root=LABEL=card rootfstype=ext4 fsck.repair=yes rootwait";

/** Where boards are tried. */
export class BoardLab {
  readonly network: BoardNetwork;
  readonly mirror: PackageMirror;
  readonly #boards: VirtualBoard[] = [];

  private constructor(network: BoardNetwork, mirror: PackageMirror) {
    this.network = network;
    this.mirror = mirror;
  }

  static async start(): Promise<BoardLab> {
    const network = await startBoardNetwork();
    const mirror = await packageMirror({ network, image: builtImage()!, kubernetes: [currentBuild] });
    return new BoardLab(network, mirror);
  }

  /** A board with a fresh card and 1 GiB. */
  async board(options: Partial<VirtualBoardOptions> = {}): Promise<VirtualBoard> {
    const { network, mirror } = this;
    const image = builtImage()!;
    const board = await startVirtualBoard({
      ram: 1024,
      image,
      network,
      mirror,
      cmdline: freshCmdline,
      ...options,
    });
    this.#boards.push(board);
    return board;
  }

  /** What such a board is to become. */
  plan(board = "board-1", changes: Partial<BootstrapPlan> = {}): BootstrapPlan {
    const { kubernetes, containerd } = this.mirror;
    const asSetting = ({ line = "", keyUrl = "" }: Partial<NonNullable<typeof containerd>> = {}) => ({
      line,
      key: keyUrl,
    });
    return {
      board,
      ram: 1024,
      // Of 1024 MiB User-mode Linux leaves 994 to its programs.
      capacity: 980,
      cores: 1,
      arch: "amd64",
      boards: [
        { name: "board-1", host: boardAddress(1) },
        { name: "board-2", host: boardAddress(2) },
      ],
      timeServers: [],
      folders: [{ claim: "gogs-data", path: "/var/lib/bramble/gogs", owner: 1000 }],
      packages: {
        kubernetes: currentBuild.version,
        kubernetesRepository: asSetting(kubernetes.get(currentBuild.version)),
        containerd: "containerd.io",
        containerdRepository: asSetting(containerd),
        containerdMinimum: "2.0",
        extra: ["kubernetes-cni"],
        sandboxImage: "registry.k8s.io/pause:3.10.2",
      },
      ...changes,
    };
  }

  /** What Pulumi is given for a board. */
  args(board: VirtualBoard, changes: Partial<BootstrapPlan> = {}): BoardBootstrapArgs {
    return { plan: this.plan("board-1", changes), connection: connectionTo(board) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#boards.map((board) => board.stop()));
    await this.mirror.stop();
    await this.network.stop();
  }
}

/** How Pulumi reaches a virtual board. */
export function connectionTo({
  host,
  port,
  user,
  hostKey,
  privateKeyPath,
}: VirtualBoard): BoardConnection & { privateKey: string } {
  return { host, port, user, hostKey, privateKey: readFileSync(privateKeyPath, "utf8") };
}
