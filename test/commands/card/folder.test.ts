import fs from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkFolder, makeFolder, writeCard } from "../../../commands/card/folder.ts";
import { cardFiles } from "../../../components/card/card.ts";
import type { CardSystem } from "../../../components/card/plan.ts";
import { plan } from "../../components/card/plans.ts";

let folder = "";
beforeEach(() => void (folder = fs.mkdtempSync(join(tmpdir(), "folder-"))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const line = "console=tty1 root=PARTUUID=1-02 rootwait\n";
const rpi = {
  "config.txt": "arm_64bit=1\n",
  "cmdline.txt": line,
  "meta-data": "instance_id: rpios-image\n",
  "user-data": "#cloud-config\n#hostname: x\n",
  "network-config": "#network:\n",
};
const ubuntu = {
  ...rpi,
  "cmdline.txt": "root=LABEL=writable\n",
  "user-data": "#cloud-config\nchpasswd:\n  expire: true\nssh_pwauth: true\n",
};
const bookworm = { "config.txt": "arm_64bit=1\n", "cmdline.txt": line };
const armbian = {
  "etc/armbian-release": "BOARD=rock64\n",
  "etc/default/armbian-firstrun": "# x\nOPENSSHD_REGENERATE_HOST_KEYS=true\n",
};

function fill(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    fs.mkdirSync(join(folder, path, ".."), { recursive: true });
    fs.writeFileSync(join(folder, path), text);
  }
}

const filesOf = (system: CardSystem) => cardFiles(plan({ system }));
const check = (system: CardSystem) => checkFolder(folder, system, filesOf(system));

describe("a card", () => {
  it.for([
    ["raspberry-pi-os", rpi],
    ["ubuntu", ubuntu],
    ["raspberry-pi-os-bookworm", bookworm],
    ["armbian", armbian],
  ] as const)("of %s is taken as flashed, and again as written", async ([system, files]) => {
    fill(files);
    for (let i = 0; i < 2; i++) {
      expect(await check(system)).toBe(true);
      await writeCard(folder, system, filesOf(system));
    }
    const written = fs.readdirSync(folder, { recursive: true }).map(String);
    expect(written).toEqual(expect.arrayContaining(filesOf(system).map(({ path }) => path)));
    expect(written.filter((path) => path.includes("bramble-new"))).toEqual([]);
    if ("config.txt" in files) {
      expect(fs.readFileSync(join(folder, "config.txt"), "utf8")).toBe(files["config.txt"]);
      expect(fs.readFileSync(join(folder, "cmdline.txt"), "utf8")).toContain(
        `${files["cmdline.txt"].trim()} cgroup_enable=memory`,
      );
    }
  });

  it.for([
    ["raspberry-pi-os", ubuntu, /is the boot partition of Ubuntu, but/],
    ["ubuntu", rpi, /is the boot partition of Raspberry Pi OS with cloud-init/],
    ["raspberry-pi-os", bookworm, /is the boot partition of Raspberry Pi OS bookworm/],
    ["armbian", rpi, /but the board's card needs the root file system of Armbian/],
    ["armbian", { ...bookworm, "armbianEnv.txt": "" }, /is the boot partition of Armbian/],
    ["ubuntu", { "photo.jpg": "" }, /a folder with other things \(photo\.jpg\)/],
  ] as const)("of another system than %s is refused", async ([system, files, says]) => {
    fill(files);
    await expect(check(system)).rejects.toThrow(says);
    expect(fs.readdirSync(folder).toSorted()).toEqual(
      Object.keys(files)
        .map((path) => path.split("/")[0]!)
        .toSorted(),
    );
  });

  it.for([
    ["user-data", "#cloud-config\nusers: [{ name: me }]\n"],
    ["user-data", "#!/bin/sh\necho\n"],
    [
      "network-config",
      "network: { version: 2, wifis: { wlan0: { access-points: { x: { password: y } } } } }\n",
    ],
  ] as const)("whose %s somebody customised is refused", async ([name, text]) => {
    fill({ ...rpi, [name]: text });
    await expect(check("raspberry-pi-os")).rejects.toThrow(
      new RegExp(`${name} was customised[^]*flash the card again`),
    );
  });
});

describe("a folder", () => {
  it("that is empty takes the files, and is no card", async () => {
    expect(await check("raspberry-pi-os")).toBe(false);
    await writeCard(folder, "raspberry-pi-os", filesOf("raspberry-pi-os"));
    expect(await check("raspberry-pi-os")).toBe(false);
    expect(fs.readdirSync(folder).toSorted()).toEqual(["meta-data", "network-config", "user-data"]);
  });

  it("is made where each board has one, but not through a link", async () => {
    await makeFolder(join(folder, "cards/pi3-1"));
    expect(fs.statSync(join(folder, "cards/pi3-1")).isDirectory()).toBe(true);
    fs.symlinkSync("/tmp", join(folder, "link"));
    await expect(makeFolder(join(folder, "link"))).rejects.toThrow(/is a link/);
  });

  it("that is missing, a file or a device is refused", async () => {
    const files = filesOf("ubuntu");
    await expect(checkFolder(join(folder, "none"), "ubuntu", files)).rejects.toThrow(/does not exist/);
    await expect(checkFolder("/dev/null", "ubuntu", files)).rejects.toThrow(/never writes to a device/);
  });

  it.for(["user-data", "cmdline.txt"])("with the link %s is not followed out of it", async (name) => {
    const outside = fs.mkdtempSync(join(tmpdir(), "outside-"));
    fs.writeFileSync(join(outside, "target"), line);
    fill({ "config.txt": "" });
    fs.symlinkSync(join(outside, "target"), join(folder, name));
    await expect(check("raspberry-pi-os")).rejects.toThrow(/is a link or a device/);
    await expect(writeCard(folder, "raspberry-pi-os", filesOf("raspberry-pi-os"))).rejects.toThrow(
      /is a link/,
    );
    expect(fs.readFileSync(join(outside, "target"), "utf8")).toBe(line);
    fs.rmSync(outside, { recursive: true });
  });

  it("with a link among its folders is not followed either", async () => {
    fill(armbian);
    fs.symlinkSync("/tmp", join(folder, "etc/bramble"));
    await expect(check("armbian")).rejects.toThrow(/is a link or a device/);
  });

  it.skipIf(userInfo().uid === 0)("that is read-only is refused", async () => {
    fs.chmodSync(folder, 0o500);
    await expect(check("ubuntu")).rejects.toThrow(/not writable/);
    fs.chmodSync(folder, 0o700);
  });
});
