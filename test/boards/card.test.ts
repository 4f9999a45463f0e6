import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stepCommand } from "../../components/board/boardStep.ts";
import { bootstrapPhases } from "../../components/board/phases.ts";
import { boardAddress } from "../../lab/addresses.ts";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";
import { BoardLab } from "./boardLab.ts";
import { noLab } from "./noLab.ts";

const minutes = 60_000;
let lab: BoardLab;
let board: VirtualBoard;
/** Milliseconds that an undisturbed one takes. */
let firstBoot = 0;

beforeAll(async () => {
  if (noLab) return;
  lab = await BoardLab.start();
  board = await lab.board({ isOff: true });
  await board.saveDisk("fresh");
  const begin = performance.now();
  await board.powerOn();
  firstBoot = performance.now() - begin;
}, 5 * minutes);
beforeEach(({ skip }) => skip(noLab !== "", noLab));
afterAll(async () => {
  if (!noLab) await lab.stop();
});

/** What a command on the board prints, without the last line's end. */
const told = async (command: string) => (await board.ssh(command)).trimEnd();

/** What a first boot from a card comes to. */
const comesTo: [string, string, string][] = [
  // 2 would be "done, with warnings", such as one of its schema.
  [
    "cloud-init without errors or warnings",
    "cloud-init status --wait >/dev/null; echo $?; cloud-init status",
    "0\nstatus: done",
  ],
  ["a seed that cloud-init's schema accepts", "sudo cloud-init schema --system | grep -c Valid", "2"],
  [
    "the board's name",
    "hostname; cat /etc/hostname; getent hosts board-1 | awk '{ print $1 }'",
    "board-1\nboard-1\n127.0.1.1",
  ],
  [
    "the fixed address",
    "ip -4 -br address show eth0 | awk '{ print $3 }'; ip route show default | awk '{ print $3 }'",
    `${boardAddress(1)}/24\n10.77.0.1`,
  ],
  [
    "a user who may do everything, and nobody else",
    "sudo -n id -u; awk -F: '$3 >= 1000 && $3 < 65000 { print $1 }' /etc/passwd",
    "0\npi",
  ],
  [
    "no password that lets anybody in",
    "sudo awk -F: '$2 ~ /^[$]/ { print $1 }' /etc/shadow; sudo sshd -T | grep -c '^passwordauthentication no'",
    "1",
  ],
  [
    "one host key",
    "sudo sshd -T | grep '^hostkey '; ls /etc/ssh | grep -c 'ssh_host_.*_key$'",
    "hostkey /etc/ssh/ssh_host_ed25519_key\n1",
  ],
  ["UTC", "readlink /etc/localtime", "/usr/share/zoneinfo/Etc/UTC"],
  ["no private key on the boot partition", "sudo grep -rl 'PRIVATE KEY' /boot/firmware || true", ""],
  // cloud-init keeps its user-data where only root reads it.
  [
    "no private key that others than root read",
    "sudo grep -rlZ 'OPENSSH PRIVATE[ ]KEY' /etc /home /root /run /tmp /var | sudo xargs -0 -I{} find {} -perm /077",
    "",
  ],
  ["whom the card was for", "head -n 1 /etc/bramble/card", "board=board-1"],
];

describe("a board that starts from its card", { timeout: minutes }, () => {
  it.for(comesTo)("has %s", async ([, command, expected]) => {
    expect(await told(command)).toBe(expected);
  });

  it("is left alone by later starts", async () => {
    const state =
      "cat /boot/firmware/user-data /etc/ssh/ssh_host_ed25519_key.pub .ssh/authorized_keys; cloud-init query instance_id";
    await board.ssh("echo '# kept' >>.ssh/authorized_keys; sync");
    const before = await told(state);
    await board.powerOff();
    await board.powerOn();
    expect(await told("cloud-init status --wait >/dev/null; echo $?")).toBe("0");
    expect(await told(state)).toBe(before);
    expect(before).toContain("# kept");
  });
});

it("is refused as the board of another name", { timeout: minutes }, async () => {
  const inspect = bootstrapPhases(lab.plan("board-2")).find(({ phase }) => phase === "inspect")!;
  const run = board.ssh(stepCommand(inspect, "pi", "apply"), { input: inspect.script });
  await expect(run).rejects.toThrow(
    "its card was written for board board-1, but the settings call this board board-2",
  );
});

describe("a board whose first boot is cut off", { timeout: 5 * minutes }, () => {
  it.for([0.3, 0.5, 0.7, 0.85, 0.95])("after %d of its time becomes the same", async (part) => {
    await board.powerOff();
    await board.restoreDisk("fresh");
    const cut = board.powerOn().catch(() => undefined);
    await sleep(part * firstBoot);
    await board.powerOff();
    await cut;
    await board.powerOn();
    for (const [what, command, expected] of comesTo)
      expect([what, await told(command)]).toEqual([what, expected]);
  });
});
