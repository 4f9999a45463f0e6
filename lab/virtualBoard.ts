// A board for tests: a machine with exactly the board's RAM, Debian on a card of its own, and SSH.
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines, reasonOf } from "../tools/lines.ts";
import { boardAddress } from "./addresses.ts";
import { makeBoardFolder, removeBoardFolder } from "./boardFolder.ts";
import { writeBoardCard, type BoardCard } from "./boardCard.ts";
import { copyCard, surroundingsOf, writeCard, type Card } from "./card.ts";
import type { Disk } from "./disk.ts";
import type { VirtualBoardImage } from "./image.ts";
import type { BoardNetwork } from "./network.ts";
import type { PackageMirror } from "./packageMirror.ts";
import { usualMachine, type Machine, type MachineKind } from "./machine.ts";
import { switchOn, type RunningMachine } from "./power.ts";
import { ssh, SshError, type SshOptions, type SshTarget } from "./ssh.ts";

/** What a virtual board is like. */
export interface VirtualBoardOptions {
  /** MiB. The kernel keeps some 50 of them for itself. */
  ram: number;
  image: VirtualBoardImage;
  network: BoardNetwork;
  /** Default: what is fastest here. */
  machine?: MachineKind;
  /** Its place on the network, if it takes that of a board that was stopped. Default: the next one. */
  place?: number | undefined;
  /** What its owner has put on its card. Default: what lets in the lab, for a board of this network called board-1. */
  card?: BoardCard | undefined;
  /** A disk that is plugged in. It is not the board's: it stays when the board is gone. Default: none. */
  disk?: Disk | undefined;
  /** Whether it stays off for now. Default: it is started. */
  isOff?: boolean;
  /** Where apt on the fresh card finds Debian's packages. Default: nowhere. */
  mirror?: PackageMirror;
  /** Seconds by which the board's clock is ahead when it starts, until it asks the time server. Default: 0. */
  clockOffset?: number;
  /**
   * Makes it start as a Raspberry Pi does: this is the line of /boot/firmware/cmdline.txt on the fresh card,
   * which at each start decides the kernel's command line, and the firmware puts cgroup_disable=memory in front
   * unless the line has cgroup_enable=memory. Default: a board without that file.
   */
  cmdline?: string;
}

/**
 * Starts a board with a fresh card, unless it is to stay off, and waits until cloud-init has made of it what the card says. Its host key is its own,
 * and known before it starts. It ends with this process, however that ends.
 *
 * @throws an Error with the machine's words and the console's last lines, if it does not start in time
 */
export async function startVirtualBoard(options: VirtualBoardOptions): Promise<VirtualBoard> {
  const { ram, image, network, mirror, cmdline, disk, clockOffset = 0 } = options;
  const folder = makeBoardFolder();
  const plug = await network.plugIn(options.place);
  const card = cardIn(folder, "card");
  await copyCard(image.card, card);
  const { files, hostKey } =
    options.card ?? (await testCard(path.join(folder, "prepared"), plug.board, image));
  const boot = { ...(cmdline !== undefined && { "cmdline.txt": `${cmdline}\n` }), ...files };
  await writeCard(folder, card, { boot, root: surroundingsOf(mirror?.aptSources[image.architecture]) });
  const kind = options.machine ?? (await usualMachine(image.architecture));
  const console = path.join(folder, "console.log");
  const machine = { kind, ram, image, folder, card, disk, plug, clockOffset, console };
  const board = new VirtualBoard(hostKey, machine);
  try {
    if (options.isOff !== true) await board.powerOn();
  } catch (error) {
    await board.stop();
    throw error;
  }
  return board;
}

/** For a board that is in no stack. */
async function testCard(folder: string, place: number, image: VirtualBoardImage): Promise<BoardCard> {
  const board = {
    name: "board-1",
    host: boardAddress(place),
    ram: 1024,
    cores: 1,
    role: "worker",
    user: "pi",
  };
  return writeBoardCard(folder, { board, privateKey: await fs.readFile(image.privateKeyPath, "utf8") });
}

const pollMs = 200;
/** Seconds until a start has failed: a first boot that is emulated, on a busy machine, takes minutes. */
const startLimit = 600;

/** The files of a card, or of a copy of it. */
function cardIn(folder: string, name: string): Card {
  return { boot: path.join(folder, `${name}.boot.img`), root: path.join(folder, `${name}.root.img`) };
}

/** A board that was started. Its disk lasts until `stop`. */
export class VirtualBoard implements SshTarget {
  readonly host = "127.0.0.1";
  readonly user = "pi";
  readonly port: number;
  readonly hostKey: string;
  readonly privateKeyPath: string;
  /** Its place on the network, from 1. */
  readonly place: number;
  /** Its address for other boards; `host` and `port` are this machine's. */
  readonly address: string;
  /** What it writes to its serial console, over all starts. */
  readonly consoleLog: string;
  #machine: Machine;
  #running: RunningMachine | undefined;

  constructor(hostKey: string, machine: Machine) {
    this.#machine = machine;
    this.hostKey = hostKey;
    this.port = machine.plug.sshPort;
    this.place = machine.plug.board;
    this.address = boardAddress(this.place);
    this.privateKeyPath = machine.image.privateKeyPath;
    this.consoleLog = machine.console;
  }

  /** What is plugged into it besides its card. */
  get disk(): Disk | undefined {
    return this.#machine.disk;
  }

  /** Its machine's process number, while it is on. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Runs a shell command as `pi` and returns its output; see ssh.ts. */
  ssh(command: string, options?: SshOptions): Promise<string> {
    return ssh(this, command, options);
  }

  /** Starts it again with the same card and waits until ssh works. */
  async powerOn(changes: Pick<VirtualBoardOptions, "clockOffset" | "disk"> = {}): Promise<void> {
    if (this.#running !== undefined) throw new Error(`${this.address} is already on`);
    this.#machine = { ...this.#machine, ...changes };
    const running = switchOn(this.#machine);
    this.#running = running;
    const isOff = () => {
      if (this.#running === running) this.#running = undefined;
    };
    void running.off.then(isOff, isOff);
    const ended = running.off.then(async (said) => {
      throw await this.#failure(`the board has shut down: ${said}`);
    });
    ended.catch(() => undefined);
    await Promise.race([this.untilReady(), ended]);
  }

  /** Waits until ssh works, after a restart from inside: `powerOn` has done so. */
  async untilReady(): Promise<void> {
    const end = performance.now() + startLimit * 1000;
    for (;;) {
      const failure = await this.ssh("true").then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) return;
      if (this.#running === undefined) throw new Error(`${this.address} is off`);
      // Any other answer than "not reachable" is sshd's own, and will not change.
      if (failure instanceof SshError && failure.ended !== 255) throw failure;
      if (performance.now() > end)
        throw await this.#failure(`no ssh to the board within ${startLimit} s: ${reasonOf(failure)}`);
      await sleep(pollMs);
    }
  }

  /** Pulls the plug: what the board has not flushed to its disk is lost. Nothing to do if it is off. */
  async powerOff(): Promise<void> {
    const running = this.#running;
    running?.pullPlug();
    await running?.off.catch(() => undefined);
  }

  /** Nothing gets through to or from the board; it sees no change of its link. */
  cutNetwork(): Promise<unknown> {
    return this.#machine.plug.cut();
  }

  restoreNetwork(): Promise<unknown> {
    return this.#machine.plug.restore();
  }

  /** Keeps the disk as it is now, under a name for a file. The board must be off. */
  async saveDisk(name: string): Promise<void> {
    this.#assertOff();
    await copyCard(this.#machine.card, this.#kept(name));
  }

  /** Makes the disk what it was at `saveDisk`, as often as wanted. The board must be off. */
  async restoreDisk(name: string): Promise<void> {
    this.#assertOff();
    await copyCard(this.#kept(name), this.#machine.card);
  }

  /** Ends it and removes its disk. */
  async stop(): Promise<void> {
    await this.powerOff();
    await this.#machine.plug.pullOut();
    removeBoardFolder(this.#machine.folder);
  }

  #kept(name: string): Card {
    return cardIn(this.#machine.folder, name);
  }

  #assertOff(): void {
    if (this.#running !== undefined)
      throw new Error(`${this.address} is on; its disk can only be kept when it is off`);
  }

  async #failure(what: string): Promise<Error> {
    const log = await fs.readFile(this.consoleLog, "utf8").catch(() => "");
    return new Error(`${what}\n${lastLines(log, 15)}`);
  }
}
