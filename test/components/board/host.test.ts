import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostsEntries } from "../../../components/board/phases.ts";
import { bootWithCloudInit, noCloudInit } from "./cloudInit.ts";
import { plan } from "./plan.ts";
import { type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const timesyncd: Files = { "usr/lib/systemd/system/systemd-timesyncd.service": "" };
const ours = "# bramble: begin\n192.168.1.10 pi4-1\n192.168.1.11 pi3-1\n# bramble: end\n";

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs: Programs = {}) =>
  (board = new ScratchBoard(
    { "etc/os-release": "ID=debian\n", "etc/hosts": "127.0.0.1 localhost\n", ...files },
    programs,
  ));

/** Runs the phase and expects a refusal by it and by `inspect`, with nothing touched. */
function refused(): string {
  const before = board.files();
  const { status, stderr } = board.run("host", "apply");
  expect(status).toBe(1);
  const found = stderr.replace(/^board .*?: /gm, "");
  expect(board.run("inspect", "apply").stderr.replace(/^board .*?: /gm, "")).toContain(found);
  expect(board.files()).toEqual(before);
  return found;
}

describe("the clock", () => {
  it("has to be synchronised, else the phase says since when it waits", () => {
    boardOf(timesyncd, { timedatectl: "", sleep: "" });
    const { status, stderr } = board.run("host", "apply");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /the clock shows \d{4}-.* and systemd-timesyncd\S* has not synchronised it within 120 s/,
    );
  });

  it("gets the time servers of the settings by chrony where the system has it", () => {
    boardOf({ "usr/lib/systemd/system/chrony.service": "" });
    board.run("host", "apply", { ...plan, timeServers: ["ntp.lan"] });
    expect(board.read("etc/chrony/sources.d/bramble.sources")).toBe("server ntp.lan iburst\n");
    board.run("host", "apply");
    expect(board.read("etc/chrony/sources.d/bramble.sources")).toBeUndefined();
  });

  it("gets a program where there is none", () => {
    boardOf(
      {},
      {
        "dpkg-query": "",
        "apt-get":
          'mkdir -p "$ROOT/lib/systemd/system"; case $* in *timesyncd) touch "$ROOT/lib/systemd/system/systemd-timesyncd.service";; esac',
      },
    );
    expect(board.run("host", "apply").calls.join("\n")).toMatch(/install .*systemd-timesyncd/);
  });

  // apt removes the one for the other: both provide and refuse time-daemon.
  describe.for<[string, string, string]>([
    ["ntpsec", "ntpsec.service", "etc/ntpsec/ntp.conf"],
    ["openntpd", "openntpd.service", "etc/openntpd/ntpd.conf"],
    ["own-ntpd", "", ""],
  ])("stays with %s", ([name, unit, config]) => {
    const dpkg: Programs = {
      "dpkg-query": `case $* in *Provides*) printf 'ii |bash|\\nii |${name}|ntp, time-daemon (= 1)\\n' ;; esac`,
    };
    const files: Files = unit === "" ? {} : { [`lib/systemd/system/${unit}`]: "" };

    it("and nothing is installed, started or stopped", () => {
      boardOf({ ...files, synchronised: "yes\n" }, dpkg);
      const { status, stderr, calls } = board.run("host", "apply");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(calls.join("\n")).not.toMatch(/install|set-ntp|systemctl/);
    });

    it("which is only waited for", () => {
      boardOf(files, { ...dpkg, timedatectl: "", sleep: "" });
      const { stderr, calls } = board.run("host", "apply");
      expect(stderr).toMatch(new RegExp(`${unit || name} has not synchronised it within 120 s`));
      expect(calls.join("\n")).not.toMatch(/install|set-ntp/);
    });

    if (config === "") return;
    it("whose configuration must name the servers of the settings, for it is the owner's", () => {
      boardOf({ ...files, synchronised: "yes\n" }, dpkg);
      const wanted = { ...plan, timeServers: ["ntp.lan"] };
      expect(board.run("host", "apply", wanted).stderr).toMatch(
        new RegExp(`${unit} keeps the time but does not use ntp.lan\n {2}fix: add ntp.lan to its`),
      );
      board.write({ [config]: "server ntp.lan iburst\n" });
      expect(board.run("host", "apply", wanted)).toMatchObject({ status: 0, stderr: "" });
      expect(board.read(config)).toBe("server ntp.lan iburst\n");
    });
  });
});

/** What apt would do with the real packages of the system on which this runs. */
describe("Debian's own time services", () => {
  const wouldInstall = (...packages: string[]) =>
    spawnSync("apt-get", ["-s", "--no-install-recommends", "install", ...packages], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    });

  it.for(["ntpsec", "openntpd"])("refuse each other: %s would go for systemd-timesyncd", (name, { skip }) => {
    boardOf();
    const provides = spawnSync("apt-cache", ["show", name], { encoding: "utf8" }).stdout;
    skip(!/^Package:/m.test(provides), `apt-get has no ${name} here`);
    // That which time_package asks dpkg for.
    expect(provides).toMatch(/^Provides: .*time-daemon/m);
    const both = wouldInstall(name, "systemd-timesyncd");
    expect(both.stdout + both.stderr).toMatch(/Conflicts: time-daemon|but it is not going to be installed/);
  });
});

describe("the name", () => {
  const kubelet = (name: string): Files => ({
    "etc/kubernetes/kubelet.conf": `users:\n- name: system:node:${name}\n`,
  });

  it("is not changed under a kubelet that is in a cluster by another", () => {
    boardOf({
      ...timesyncd,
      ...kubelet("one"),
      "running-name": "one\n",
      "etc/hostname": "one\n",
      "var/lib/bramble/in-cluster": "",
    });
    expect(refused()).toMatch(
      /^it is the node one of a cluster, but the settings call it pi3-1\n {2}fix: call it one in the settings; or remove it/,
    );
  });

  it("is set right where the kubelet has it and the system was renamed by hand", () => {
    boardOf({ ...timesyncd, ...kubelet("pi3-1"), "etc/hostname": "other\n" });
    expect(board.run("host", "apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("etc/hostname")).toBe("pi3-1\n");
  });

  it("of boards is given only at addresses that other boards can reach", () => {
    boardOf();
    const boards = ["192.168.1.9", "127.0.0.1", "b.lan", "fd00::5"].map((host, i) => ({
      name: `b${i}`,
      host,
    }));
    expect(hostsEntries("b1", boards)).toEqual(["192.168.1.9 b0", "127.0.1.1 b1", "fd00::5 b3"]);
  });

  it("knows further names, which go with the block when the board leaves", () => {
    boardOf(timesyncd);
    const wanted = { ...plan, names: [{ name: "control-plane.bramble.internal", host: "192.168.1.10" }] };
    expect(board.run("host", "apply", wanted)).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("etc/hosts")).toContain("\n192.168.1.10 control-plane.bramble.internal\n");
    expect(board.run("host", "remove", wanted).status).toBe(0);
    expect(board.read("etc/hosts")).toBe("127.0.0.1 localhost\n");
  });
});

describe("/etc/hosts", () => {
  it.for<[string, string | undefined, number]>([
    ["empty", "", 1],
    ["full of NUL bytes", "\0".repeat(60), 1],
    ["gone", undefined, 0],
  ])("is made anew where it is %s, and what was there is kept", ([, text, kept]) => {
    boardOf(timesyncd);
    if (text === undefined) spawnSync("rm", [`${board.root}/etc/hosts`]);
    else board.write({ "etc/hosts": text });
    const { status, stdout, stderr } = board.run("host", "apply");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/\/etc\/hosts is missing or was damaged by a power cut;/);
    expect(board.read("etc/hosts")).toBe(
      `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n${ours}`,
    );
    expect(Object.keys(board.files()).filter((path) => path.endsWith(".bak"))).toHaveLength(kept);
  });
});

describe("the time zone", () => {
  it.for<[string, Files]>([
    ["a link", { "etc/localtime": "-> ../usr/share/zoneinfo/Asia/Tokyo", "etc/timezone": "Asia/Tokyo\n" }],
    ["a file", { "etc/localtime": "TZif2 Tokyo" }],
  ])("is UTC until the board leaves, and then again what it was: %s", ([, zone]) => {
    boardOf({ ...timesyncd, ...zone });
    board.run("host", "apply");
    expect(board.read("etc/localtime")).toBe("-> /usr/share/zoneinfo/Etc/UTC");
    expect(board.run("host", "remove")).toMatchObject({ status: 0, stderr: "" });
    for (const [path, text] of Object.entries(zone)) expect(board.read(path)).toBe(text);
    expect(Object.keys(board.files()).filter((path) => path.startsWith("var/lib/bramble"))).toEqual([]);
  });

  it("is kept whole or not at all where a power cut comes in between", () => {
    boardOf({ ...timesyncd, "etc/timezone": "Asia/Tokyo\n" }, { sync: `[ "$1" != -f ]` });
    expect(board.run("host", "apply").status).toBe(1);
    expect(board.read("etc/timezone")).toBe("Asia/Tokyo\n");
    expect(board.read("var/lib/bramble/before/etc/timezone")).toBeUndefined();
  });

  it("stays where somebody has set another since", () => {
    boardOf({ ...timesyncd, "etc/localtime": "-> /usr/share/zoneinfo/Asia/Tokyo" });
    board.run("host", "apply");
    spawnSync("ln", ["-sfn", "/usr/share/zoneinfo/Europe/Oslo", `${board.root}/etc/localtime`]);
    board.run("host", "remove");
    expect(board.read("etc/localtime")).toBe("-> /usr/share/zoneinfo/Europe/Oslo");
  });
});

describe("the real cloud-init", { timeout: 120_000 }, () => {
  beforeEach(({ skip }) => skip(noCloudInit !== "", noCloudInit));
  const template =
    "## template:jinja\n# From the template.\n127.0.1.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n";
  const cloud = (userData: string, config = ""): Files => ({
    ...timesyncd,
    "etc/hostname": "raspberrypi\n",
    "etc/cloud/cloud.cfg": `datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\n${config}cloud_init_modules: [set_hostname, update_hostname, update_etc_hosts]\nsystem_info: {distro: debian}\n`,
    "etc/cloud/templates/hosts.debian.tmpl": template,
    "etc/cloud/cloud.cfg.d/README": "",
    "var/lib/cloud/seed/nocloud/user-data": `#cloud-config\n${userData}`,
    "var/lib/cloud/seed/nocloud/meta-data": "instance-id: one\n",
    "var/log/README": "",
  });
  // The board is named by what the system is called, and by what the configuration says.
  const rendered = (system: string) =>
    `# From the template.\n127.0.1.1 ${system} kitchen\n127.0.0.1 localhost\n`;

  // Raspberry Pi Imager writes the first of these.
  it.for<[string, Files]>([
    ["user-data", cloud("hostname: kitchen\nmanage_etc_hosts: true\n")],
    ["cloud.cfg", cloud("hostname: kitchen\n", "manage_etc_hosts: true\n")],
  ])(
    "where %s has it write /etc/hosts, brings bramble's lines and name with the next boot, and none once the board has left",
    ([, files]) => {
      boardOf(files);
      expect(bootWithCloudInit(board.root)).toBe("kitchen");
      expect(board.read("etc/hosts")).toBe(rendered("kitchen"));
      expect(board.run("host", "apply")).toMatchObject({ status: 0, stderr: "" });
      bootWithCloudInit(board.root);
      expect(board.read("etc/hosts")).toBe(rendered("pi3-1") + ours);
      expect(board.read("etc/hostname")).toBe("pi3-1\n");
      expect(board.run("host", "check")).toMatchObject({ status: 0, stdout: "" });
      expect(board.run("host", "remove")).toMatchObject({ status: 0, stderr: "" });
      expect(board.read("etc/cloud/templates/hosts.debian.tmpl")).toBe(template);
    },
  );
});
