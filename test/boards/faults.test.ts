import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BoardBootstrapArgs } from "../../components/board/bootstrap.ts";
import type { BoardConnection } from "../../components/board/connection.ts";
import { type BootstrapPlan, phaseNames } from "../../components/board/phases.ts";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";
import { BootstrapStack, noEngine } from "../components/board/bootstrapStack.ts";
import { BoardLab, connectionTo } from "./boardLab.ts";
import { boardState } from "./boardState.ts";
import { noLab } from "./noLab.ts";
import { script } from "./script.ts";

const reason = noEngine || noLab;
const minutes = 60_000;
const yearSeconds = 365 * 86_400;
/** An address of the network that no machine has. */
const nobody = "10.77.0.99";
const strangersKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5FtoQdq8ylMAbWVtvj4bEJ9SU3p4pWLQXbPc8Yw2xR";
let lab: BoardLab;

beforeAll(async () => {
  if (!reason) lab = await BoardLab.start();
}, minutes);
beforeEach(({ skip }) => skip(reason !== "", reason));
afterAll(async () => {
  if (!reason) await lab.stop();
});

describe("a board that can't be set up", { timeout: 5 * minutes }, () => {
  const stack = new BootstrapStack();
  let board: VirtualBoard;
  let before: string[];
  beforeAll(async () => {
    if (reason) return;
    board = await lab.board();
    await board.ssh("sudo bash -s", { input: script("bringGuest") });
    before = await boardState(board);
  }, 5 * minutes);
  afterAll(() => stack.remove());

  interface Case {
    /** Run on the board before and after. */
    readonly break?: string;
    readonly mend?: string;
    readonly plan?: Partial<BootstrapPlan>;
    readonly connection?: (connection: BoardConnection) => Partial<BoardConnection>;
    readonly says: RegExp;
  }

  it.for<[string, Case]>([
    [
      "a 32-bit userland",
      {
        // All that the script asks of a userland: the architecture its dpkg was built for.
        break: `printf '#!/bin/sh\\n[ "$1" = --print-architecture ] && echo armhf && exit\\nexec /usr/bin/dpkg.real "$@"\\n' >/usr/bin/dpkg`,
        mend: "cp /usr/bin/dpkg.real /usr/bin/dpkg",
        says: /userland is 32-bit \(armhf\).*\n.*fix: flash the 64-bit image/,
      },
    ],
    [
      "more RAM declared than it has",
      {
        plan: { ram: 2048, capacity: 1848 },
        says: /the kernel reports 99\d MiB of RAM; a board with 2048 MiB, as in the settings, reports 1848 to 2048 MiB\n.*fix: correct the board's model or ram/,
      },
    ],
    [
      "less RAM declared than it has",
      { plan: { ram: 512, capacity: 420 }, says: /the kernel reports 99\d MiB of RAM; a board with 512 MiB/ },
    ],
    ["other cores", { plan: { cores: 4 }, says: /it has 1 CPU cores, but the settings say 4/ }],
    [
      "a full disk",
      {
        break: "fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 100000000)) /fill",
        mend: "rm /fill",
        says: /\/ \/var\/lib\/containerd .*has \d+ of \d+ MiB free but needs \d+ MiB: 2816 .*\n.*fix: use a larger card, free some space/,
      },
    ],
    [
      "a user without passwordless sudo",
      {
        connection: () => ({ user: "guest" }),
        says: /sudo asks guest for a password, so what only root can see .*\n.*fix: on the board: echo 'guest ALL=\(ALL\) NOPASSWD: ALL'/,
      },
    ],
    [
      "another host key",
      {
        connection: () => ({ hostKey: strangersKey }),
        says: /its host key( is SHA256:\S+, which)? differs from hostKey in the settings.*\n.*fix: write its card again: npm run card/,
      },
    ],
    [
      "an unknown user",
      {
        connection: () => ({ user: "nobody-here" }),
        says: /none of the SSH keys was accepted for this user.*\n.*fix: make sure the board has the user nobody-here/,
      },
    ],
    [
      "a closed port",
      {
        connection: () => ({ port: 1 }),
        says: /SSH to pi@127.0.0.1:1 failed: it refuses the connection.*\n.*fix: make sure sshd is running/,
      },
    ],
  ])("for %s says so, and is left as it was", async ([, one]) => {
    if (one.break !== undefined) await board.ssh("sudo bash -s", { input: one.break });
    const connection = connectionTo(board);
    const args = {
      plan: lab.plan("board-1", one.plan),
      connection: { ...connection, ...one.connection?.(connection) },
    };
    const { done, errors } = await stack.up({ "board-1": args });
    if (one.mend !== undefined) await board.ssh("sudo bash -s", { input: one.mend });
    expect(errors).toMatch(/board board-1, phase inspect: /);
    expect(errors).toMatch(one.says);
    expect(done).toEqual([]);
    expect(await boardState(board)).toEqual(before);
  });
});

describe("a board that its owner uses", { timeout: 5 * minutes }, () => {
  const stack = new BootstrapStack();
  afterAll(() => stack.remove());

  it("is left as it is, with all that stands in the way named at once", async () => {
    const board = await lab.board();
    const { line } = lab.plan().packages.kubernetesRepository;
    await board.ssh(`sudo bash -s -- '${line}'`, { input: script("bringForeign"), limit: 120 });
    const clusterData = "sudo find /var/lib/etcd /var/lib/kubelet -type f -exec sha256sum {} +";
    const state = async () => [...(await boardState(board)), await board.ssh(clusterData)];
    const before = await state();
    const { done, errors } = await stack.up({ "board-1": lab.args(board) });
    expect(done).toEqual([]);
    expect(errors.match(/board board-1, phase inspect: /g)?.length).toBeGreaterThanOrEqual(5);
    for (const [what, fix] of [
      [
        /a Kubernetes node that bramble did not set up, of the cluster at https:\/\/192\.168\.9\.9:6443/,
        /kubeadm reset/,
      ],
      [/containers are running on it: containerd's namespace mine webshop/, /delete them/],
      [/\/etc\/apt\/sources\.list\.d\/kubernetes\.list/, /fix: /],
      [/\/var\/lib\/kubelet.* is on an overlay/, /fix: turn it off/],
      [/its card is a copy of the card of board pi4-9/, /ssh-keygen -A/],
    ] as const) {
      const [, after = ""] = errors.split(new RegExp(`(?=board board-1, phase inspect: .*${what.source})`));
      expect(after.split("board board-1")[1]).toMatch(fix);
    }
    expect(await state()).toEqual(before);
    expect(await board.ssh("sudo ctr -n mine tasks ls")).toMatch(/webshop .*RUNNING/);
  });
});

/** Each test meets the next trouble, which ends when it is mended. */
describe("a board that goes on when its trouble is over", { timeout: 10 * minutes }, () => {
  const stack = new BootstrapStack();
  let board: VirtualBoard;
  beforeAll(async () => {
    if (reason) return;
    board = await lab.board({ clockOffset: yearSeconds });
    await timeServer(nobody);
    await board.ssh("sudo apt-get update; sudo systemctl mask reboot.target; sync");
    await board.powerOff();
    await board.powerOn();
  }, 5 * minutes);
  afterAll(() => stack.remove());

  const timeServer = (address: string) =>
    board.ssh(
      `sudo sed -i s/NTP=.*/NTP=${address}/ /etc/systemd/timesyncd.conf.d/lab.conf && sudo systemctl restart systemd-timesyncd && sync`,
    );
  const up = (changes: Partial<BootstrapPlan> = {}) =>
    stack.up({
      "board-1": {
        plan: lab.plan("board-1", changes),
        connection: connectionTo(board),
      } satisfies BoardBootstrapArgs,
    });
  const created = (...phases: string[]) => phases.map((phase) => `create board-1-${phase}`);

  it("says that its clock is a year off and no time server answers", async () => {
    const { done, errors } = await up();
    const shown = new Date(Date.now() + yearSeconds * 1000).getUTCFullYear();
    expect(errors).toMatch(
      new RegExp(
        `phase host: the clock shows ${shown}-.* and systemd-timesyncd.service has not synchronised it within 120 s`,
      ),
    );
    expect(errors).toMatch(/fix: allow the board to reach a time server .* cluster\.timeServers/);
    expect(done).toEqual(created("inspect"));
  });

  it("says that it has not rebooted, and lets people in again", async () => {
    await timeServer("10.77.0.1");
    const { done, errors } = await up();
    expect(errors).toMatch(/phase restarted: the board has not rebooted\n.*fix: reboot it by hand/);
    expect(done).toEqual(created("host", "wear", "kernel", "swap", "reboot"));
    const time = Number(await board.ssh("date +%s"));
    expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(60);
  });

  it("says that the Kubernetes repository can't be reached", async () => {
    await board.ssh("sudo systemctl unmask reboot.target; sync");
    await board.powerOff();
    await board.powerOn({ clockOffset: 0 });
    const { packages } = lab.plan();
    const kubernetesRepository = {
      line: `deb [signed-by=%key%] http://${nobody}/ /`,
      key: `http://${nobody}/key`,
    };
    const { done, errors } = await up({ packages: { ...packages, kubernetesRepository } });
    expect(errors).toMatch(/tried: apt-helper download-file/);
    expect(errors).toMatch(
      new RegExp(
        `phase repositories: the signing key .* can't be downloaded from http://${nobody}/key\\n.*fix: make sure the board can reach it, or set a mirror`,
      ),
    );
    expect(done).toEqual(["update board-1-inspect", ...created("restarted")]);
  });

  it("says that the system's own packages can't be reached", async () => {
    await board.ssh(`sudo sed -i s/10.77.0.1/${nobody}/ /etc/apt/sources.list.d/debian.sources`);
    const { done, errors } = await up();
    await board.ssh(`sudo sed -i s/${nobody}/10.77.0.1/ /etc/apt/sources.list.d/debian.sources`);
    expect(errors).toMatch(
      /phase updates: a package repository can't be read\n.*fix: make sure the board can reach it/,
    );
    expect(done).toEqual(["update board-1-inspect", ...created("repositories")]);
  });

  it("says that its card is full in the middle of an installation", async () => {
    await board.ssh("sudo tune2fs -m 0 $(findmnt -no SOURCE /)");
    await board.ssh("sudo fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 60000000)) /fill");
    const { done, errors } = await up();
    await board.ssh("sudo rm /fill");
    expect(errors).toMatch(/space/);
    expect(errors).toMatch(/phase containerd: containerd(\.io)? can't be installed/);
    expect(done).toEqual(created("updates"));
  });

  it("becomes ready", async () => {
    const { done, errors } = await up();
    expect(errors).toBe("");
    expect(done).toEqual(created(...phaseNames.slice(phaseNames.indexOf("containerd"))));
    expect(await board.ssh("dpkg --audit")).toBe("");
  });
});
