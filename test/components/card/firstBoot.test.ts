import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cardFiles, withCardArguments } from "../../../components/card/card.ts";
import { cardMarkText, type CardPlan } from "../../../components/card/plan.ts";
import { noSshServer } from "../board/sshServer.ts";
import { plan, wifi } from "./plans.ts";
import { ScratchCard } from "./scratchCard.ts";

const passwd = "root:x:0:0::/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n";
const image = {
  "etc/passwd": passwd,
  "etc/hosts": "127.0.0.1 localhost\n127.0.1.1\traspberrypi\n",
  "etc/hostname": "raspberrypi\n",
  "etc/ssh/ssh_host_rsa_key": "of the image\n",
  "etc/ssh/ssh_host_rsa_key.pub": "of the image\n",
  "etc/ssh/ssh_host_ed25519_key": "of the image\n",
  "home/pi/.ssh/authorized_keys": "ssh-ed25519 AAAA owner\n",
};
const cmdline = "console=tty1 root=PARTUUID=1-02 rootwait\n";

const cards: ScratchCard[] = [];
afterEach(() => {
  for (const card of cards.splice(0)) card.remove();
});

function scratch(of: CardPlan, below: string, more: Record<string, string> = {}): ScratchCard {
  const files = cardFiles(of).map(({ path, content }) => [join(below, path), content] as const);
  const card = new ScratchCard({ ...image, ...Object.fromEntries(files), ...more });
  cards.push(card);
  return card;
}

/** What every first boot must come to. */
function expectSetUp(card: ScratchCard, of: CardPlan): void {
  const files = card.files();
  expect(files["etc/bramble/card"]).toBe(cardMarkText(of));
  expect(files["etc/ssh/ssh_host_ed25519_key"]).toBe(of.hostKey.privateKey);
  expect(files["etc/ssh/ssh_host_ed25519_key.pub"]).toBe(`${of.hostKey.publicKey}\n`);
  expect(Object.keys(files).filter((path) => path.includes("ssh_host_rsa"))).toEqual([]);
  expect(files["etc/hostname"]).toBe(`${of.board}\n`);
  expect(files["etc/hosts"]).toBe(`127.0.0.1 localhost\n127.0.1.1 ${of.board}\n`);
  expect(files[`home/${of.user}/.ssh/authorized_keys`]).toContain(`${of.authorizedKeys[0]!}\n`);
  expect(files["etc/sudoers.d/010-bramble-card"]).toBe(`${of.user} ALL=(ALL) NOPASSWD:ALL\n`);
  // The private key is nowhere else.
  const holders = Object.keys(files).filter((path) => files[path]!.includes("PRIVATE KEY-----\n"));
  expect(holders).toEqual(["etc/ssh/ssh_host_ed25519_key"]);
}

/** What a boot of bookworm does: whether it leaves for the next one. */
function bootBookworm(card: ScratchCard, cutAfter?: number): boolean {
  if (!card.read("boot/firmware/cmdline.txt")!.includes("systemd.run=/boot/firmware/firstrun.sh"))
    return false;
  const script = join(card.root, "boot/firmware/firstrun.sh");
  expect(existsSync(script), "the command line names a script that is missing").toBe(true);
  card.run(script, cutAfter);
  return true;
}

/** What a boot with cloud-init does, in its local mode (cloudinit/cmd/main.py, cloudinit/stages.py). */
function bootCloudInit(card: ScratchCard, cutAfter = Infinity, cutStage = "runcmd"): void {
  rmSync(join(card.root, "run"), { recursive: true, force: true });
  rmSync(join(card.root, "rebooting"), { force: true });
  const data = parse(card.read("boot/firmware/user-data")!) as {
    bootcmd?: [string, string, string][];
    write_files?: [{ content: string }];
  };
  const { "instance-id": id } = parse(card.read("boot/firmware/meta-data")!) as Record<string, string>;
  const before = card.read("var/lib/cloud/data/instance-id") ?? "NO_PREVIOUS_INSTANCE_ID\n";
  card.write("var/lib/cloud/data/instance-id", `${id!}\n`);
  card.write("var/lib/cloud/data/previous-instance-id", before);
  const again = data.bootcmd?.[0]?.[2];
  if (again !== undefined) {
    writeFileSync(join(card.root, "script"), again);
    const ended = card.run(join(card.root, "script"), cutStage === "bootcmd" ? cutAfter : Infinity);
    if (!ended) return;
  }
  // Noted before it is done.
  const isNoted = card.read("var/lib/cloud/sem") !== undefined;
  card.write("var/lib/cloud/sem", "");
  if (isNoted || !data.write_files) return;
  card.write("run/bramble-set-up", data.write_files[0].content);
  card.run(join(card.root, "run/bramble-set-up"), cutStage === "runcmd" ? cutAfter : Infinity);
}

/** After how many of a script's commands the power fails: each of the last, where files change places; some before. */
function cutsIn(commands: number): number[] {
  return Array.from({ length: commands }, (_, i) => i).filter((i) => i % 23 === 0 || i >= commands - 8);
}

describe("Raspberry Pi OS bookworm", () => {
  const of = plan({ system: "raspberry-pi-os-bookworm", wifi });
  const line = withCardArguments(cmdline, of.system);

  it("is set up by the first boot; the next one is as any", () => {
    const card = scratch(of, "boot/firmware", { "boot/firmware/cmdline.txt": line });
    expect(bootBookworm(card)).toBe(true);
    expectSetUp(card, of);
    expect(card.read("boot/firmware/cmdline.txt")).toBe(cmdline.replace("\n", " cgroup_enable=memory\n"));
    expect(card.read("boot/firmware/firstrun.sh")).toBeUndefined();
    expect(card.read("etc/NetworkManager/system-connections/bramble.nmconnection")).toContain(
      "psk=correct\\shorse",
    );
    expect(bootBookworm(card)).toBe(false);
  });

  it("keeps the keys that were there, and adds a user who is not", () => {
    const other = { ...of, user: "anna" };
    const card = scratch(other, "boot/firmware", { "boot/firmware/cmdline.txt": line });
    bootBookworm(card);
    expectSetUp(card, other);
    expect(card.read("home/pi/.ssh/authorized_keys")).toBe("ssh-ed25519 AAAA owner\n");
    const own = scratch(of, "boot/firmware", { "boot/firmware/cmdline.txt": line });
    bootBookworm(own);
    expect(own.read("home/pi/.ssh/authorized_keys")).toBe(
      `ssh-ed25519 AAAA owner\n${of.authorizedKeys[0]!}\n`,
    );
  });

  // As userconf-pi's cancel-rename does on a desktop: it refuses root.
  it.each(["pi", "anna", "root"])("ends the wizard of a desktop for %s", (user) => {
    const card = scratch({ ...of, user }, "boot/firmware", {
      "boot/firmware/cmdline.txt": line,
      "etc/xdg/autostart/piwiz.desktop": "",
      "usr/bin/cancel-rename": `#!/bin/bash
[ "$1" != root ] && getent passwd "$1" >/dev/null && rm -f "$BRAMBLE_ROOT/etc/xdg/autostart/piwiz.desktop"\n`,
    });
    chmodSync(join(card.root, "usr/bin/cancel-rename"), 0o755);
    bootBookworm(card);
    expect(card.read("etc/xdg/autostart/piwiz.desktop")).toBeUndefined();
  });

  it("ends in the same after a power cut anywhere", () => {
    const whole = scratch(of, "boot/firmware", { "boot/firmware/cmdline.txt": line });
    bootBookworm(whole);
    for (const after of cutsIn(whole.commands)) {
      const card = scratch(of, "boot/firmware", { "boot/firmware/cmdline.txt": line });
      const script = join(card.root, "boot/firmware/firstrun.sh");
      expect(card.run(script, after)).toBe(false);
      for (let boots = 0; boots < 3 && bootBookworm(card); boots++);
      // A script without the key may stay behind when the power fails at its removal.
      rmSync(script, { force: true });
      expect(card.files(), `after ${String(after)} commands`).toEqual(whole.files());
      card.remove();
      cards.pop();
    }
  }, 600_000);

  it("is not cut off by Raspberry Pi OS, which ends the script where a line removes it", () => {
    const [script] = cardFiles(of);
    expect(script!.content.split("\n").filter((each) => /rm.*firstrun\.sh$/.test(each))).toEqual([]);
  });
});

describe.each(["raspberry-pi-os", "ubuntu"] as const)("%s", (system) => {
  const of = plan({ system });

  it("is set up by the first boot, and user-data has no secret afterwards", () => {
    const card = scratch(of, "boot/firmware");
    bootCloudInit(card);
    expectSetUp(card, of);
    expect(card.read("boot/firmware/user-data")).toMatch(/^#cloud-config\n/);
    expect(card.read("run/bramble-set-up")).toBeUndefined();
    const before = card.files();
    bootCloudInit(card);
    expect(card.files()["etc/ssh/ssh_host_ed25519_key"]).toBe(before["etc/ssh/ssh_host_ed25519_key"]);
    expect(card.read("rebooting")).toBeUndefined();
  });

  it("takes a card that was written again", () => {
    const card = scratch(of, "boot/firmware");
    bootCloudInit(card);
    rmSync(join(card.root, "var/lib/cloud/sem"));
    const next = plan({ system });
    for (const { path, content } of cardFiles(next)) card.write(join("boot/firmware", path), content);
    bootCloudInit(card);
    expectSetUp(card, next);
  });
});

describe("with cloud-init", () => {
  const of = plan();

  it.each(["bootcmd", "runcmd"])(
    "it ends in the same after a power cut anywhere in %s",
    (stage) => {
      const whole = scratch(of, "boot/firmware");
      bootCloudInit(whole);
      const wanted = whole.files();
      for (const after of stage === "bootcmd" ? [0, 1, 2, 3, 4, 5] : cutsIn(whole.commands)) {
        const card = scratch(of, "boot/firmware");
        bootCloudInit(card, after, stage);
        for (let boots = 0; boots < 3; boots++) bootCloudInit(card);
        const { "var/lib/cloud/data/previous-instance-id": _, ...found } = card.files();
        const { "var/lib/cloud/data/previous-instance-id": __, ...expected } = wanted;
        expect(found, `after ${String(after)} commands`).toEqual(expected);
        card.remove();
        cards.pop();
      }
    },
    600_000,
  );
});

describe("Armbian", () => {
  const of = plan({ system: "armbian" });
  const fresh = {
    "root/.not_logged_in_yet": "",
    "etc/systemd/system/getty@.service.d/override.conf": "[Service]\n",
  };

  it("is set up by the card's service; the script goes with the key", () => {
    const card = scratch(of, "", fresh);
    expect(card.run(join(card.root, "etc/bramble/set-up"))).toBe(true);
    expectSetUp(card, of);
    for (const path of ["etc/bramble/set-up", ...Object.keys(fresh)]) expect(card.read(path)).toBeUndefined();
    expect(card.read("calls")).toContain("usermod --password * root");
    // sshd starts behind it: a restart would wait for itself.
    expect(card.read("calls")).not.toMatch(/restart ssh/);
  });

  it("leaves root's password alone where the first login is over", () => {
    const card = scratch(of, "");
    card.run(join(card.root, "etc/bramble/set-up"));
    expect(card.read("calls")).not.toContain("* root");
  });
});

it.skipIf(noSshServer !== "")("sshd takes the key and the settings of a card", () => {
  const of = plan({ system: "armbian" });
  const card = scratch(of, "");
  card.run(join(card.root, "etc/bramble/set-up"));
  const settings = card.read("etc/ssh/sshd_config.d/10-bramble-card.conf")!;
  const config = join(card.root, "sshd_config");
  writeFileSync(config, settings.replaceAll("/etc/ssh/", `${card.root}/etc/ssh/`));
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const { stdout, stderr, status } = spawnSync("/usr/sbin/sshd", ["-T", "-f", config], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(stdout.match(/^hostkey .*/gm)).toEqual([`hostkey ${card.root}/etc/ssh/ssh_host_ed25519_key`]);
  expect(stdout).toMatch(/^passwordauthentication no$/m);
});
