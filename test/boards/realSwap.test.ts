import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stepCommand } from "../../components/board/boardStep.ts";
import { bootstrapPhases, type PhaseName } from "../../components/board/phases.ts";
import type { VirtualBoard } from "../../lab/virtualBoard.ts";
import { BoardLab } from "./boardLab.ts";
import { noLab } from "./noLab.ts";
import { script } from "./script.ts";

const minutes = 60_000;
let lab: BoardLab;
let board: VirtualBoard;

beforeAll(async () => {
  if (noLab) return;
  lab = await BoardLab.start();
  board = await lab.board();
  await board.ssh("sudo apt-get -q update");
}, 3 * minutes);
beforeEach(({ skip }) => skip(noLab !== "", noLab));
afterAll(async () => {
  if (!noLab) await lab.stop();
});

const run = (phase: PhaseName, verb: "apply" | "check" | "remove") => {
  const document = bootstrapPhases(lab.plan()).find((one) => one.phase === phase)!;
  return board.ssh(stepCommand(document, "pi", verb), { input: document.script, limit: 120 });
};
const swaps = async () => (await board.ssh("awk 'NR > 1 { print $1 }' /proc/swaps")).trimEnd();

async function restart(): Promise<void> {
  await board.ssh("sync");
  await board.powerOff();
  await board.powerOn();
}

/** The packages with which images bring swap, as Debian has them. Each is installed beside those before. */
describe("the real swap of", { timeout: 5 * minutes }, () => {
  it.for([
    [
      "dphys-swapfile",
      "echo CONF_SWAPSIZE=16 >>/etc/dphys-swapfile; systemctl restart dphys-swapfile",
      "/var/swap",
    ],
    ["zram-tools", "systemctl restart zramswap", "/dev/zram0"],
    ["systemd-zram-generator", "systemctl daemon-reload; systemctl start dev-zram0.swap", "/dev/zram0"],
  ] as const)("%s is off, and stays off", async ([name, start, device]) => {
    await board.ssh(`sudo apt-get -qy install --no-install-recommends ${name} && sudo sh -c '${start}'`, {
      limit: 120,
    });
    expect(await swaps()).toBe(device);
    const files = "dpkg-query -W -f='${Conffiles}\\n' " + name + " | awk '{ print $1 }' | xargs -r sha256sum";
    const before = await board.ssh(files);

    expect(await run("swap", "apply")).toMatch(/^swap: changed \(/);
    expect(await swaps()).toBe("");
    expect(await run("swap", "apply")).toBe("swap: changed nothing\n");
    await restart();
    expect(await swaps()).toBe("");
    expect(await run("swap", "check")).toBe("");
    expect(await board.ssh(files)).toBe(before);

    await run("swap", "remove");
    await restart();
    expect(await swaps()).toContain(device);
    await run("swap", "apply");
    await board.ssh(`sudo apt-get -qy purge ${name}; sudo rm -f /etc/systemd/system/*zram*`, { limit: 120 });
    // Whatever has set up the zram device does not always let go of it.
    await restart();
  });
});

describe("raspi-firmware, which writes cmdline.txt anew for each kernel", { timeout: 3 * minutes }, () => {
  it("keeps the flag", async () => {
    // Its installation wants a real Raspberry Pi; its hook is what a new kernel runs.
    await board.ssh(
      "cd /tmp && apt-get -q download raspi-firmware && sudo dpkg-deb -x raspi-firmware*.deb /tmp/rf",
    );
    await board.ssh("sudo cp -r /tmp/rf/etc/. /etc; sudo install -m 644 /dev/null /boot/firmware/config.txt");
    await run("kernel", "apply");
    expect(await board.ssh("cat /etc/default/raspi-extra-cmdline")).toBe("cgroup_enable=memory\n");
    await board.ssh("sudo bash -s", { input: script("newKernel") });
    const line = await board.ssh("cat /boot/firmware/cmdline.txt");
    expect(line).toMatch(
      /^console=tty0 .* root=\S+ rw fsck\.repair=yes net\.ifnames=0 .*rootwait cgroup_enable=memory\n$/,
    );
    expect(await run("kernel", "apply")).toBe("kernel: changed nothing\n");
  });
});
