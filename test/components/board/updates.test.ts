import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { bootstrapFile } from "../../../components/board/phases.ts";
import { defaultUpdates, type SystemUpdates, updateTimes } from "../../../components/board/systemUpdates.ts";
import { plan } from "./plan.ts";
import { type Files, type Programs, ScratchBoard } from "./scratchBoard.ts";

const config = "etc/apt/apt.conf.d/90-bramble";
const dropIn = (timer: string) => `etc/systemd/system/${timer}.timer.d/90-bramble.conf`;
const [lists, upgrade] = [dropIn("apt-daily"), dropIn("apt-daily-upgrade")];
const debian = { "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n' };
const ubuntu = { "etc/os-release": 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n' };

let board: ScratchBoard;
afterEach(() => board.remove());
const boardOf = (files: Files = {}, programs: Programs = {}) =>
  (board = new ScratchBoard({ ...debian, ...files }, programs));
const run = (verb: "apply" | "check" | "remove", updates?: Partial<SystemUpdates>) =>
  board.run("updates", verb, { ...plan, ...(updates && { updates: { ...defaultUpdates, ...updates } }) });

/** The repositories that updates come from. */
const origins = () => [...(board.read(config) ?? "").matchAll(/^ {2}"(.*)";$/gm)].map(([, origin]) => origin);

describe("updates", () => {
  it("are fixes of security, in a window, without what the cluster runs on and without a reboot", () => {
    boardOf();
    expect(run("apply")).toMatchObject({ status: 0, stderr: "" });
    expect(origins()).toEqual(["origin=Debian,codename=trixie-security,label=Debian-Security"]);
    const text = board.read(config);
    expect(text).toContain('Package-Blacklist { "containerd"; "cri-tools"; "kube"; "runc"; };');
    expect(text).toContain('Automatic-Reboot "false"');
    expect(text).toContain('APT::Periodic::Enable "1"');
    expect(board.read("installed")).toMatch(/^unattended-upgrades /);
    expect(board.read(lists)).toContain("OnCalendar=*-*-* 01:00 UTC\nRandomizedDelaySec=30m\n");
    expect(board.read(upgrade)).toContain(
      "OnCalendar=*-*-* 01:30 UTC\nRandomizedDelaySec=30m\nPersistent=false\n",
    );
    expect(board.read("disabled")).toMatch(/^unattended-upgrades$/m);
    expect(run("apply")).toMatchObject({ stdout: "updates: changed nothing\n", calls: [] });
    expect(run("check")).toMatchObject({ status: 0, stdout: "" });
  });

  it.each<[string, Files, Partial<SystemUpdates>, string[]]>([
    [
      "Ubuntu",
      ubuntu,
      {},
      [
        "origin=Ubuntu,suite=noble-security",
        "origin=UbuntuESM,suite=noble-infra-security",
        "origin=UbuntuESMApps,suite=noble-apps-security",
      ],
    ],
    ["every repository, of Debian", {}, { install: "all" }, ["origin=*"]],
    ["every repository, of Ubuntu", ubuntu, { install: "all" }, ["origin=*"]],
    ["nowhere, where bramble configures none", {}, { install: "none" }, []],
  ])("come from %s", (_, files, updates, expected) => {
    boardOf(files);
    expect(run("apply", updates)).toMatchObject({ status: 0, stderr: "" });
    expect(origins()).toEqual(expected);
  });

  it("leave the service of a package that was there before", () => {
    boardOf({ installed: "unattended-upgrades 2.9\n", "var/lib/bramble/packages": "kubelet\n" });
    expect(run("apply")).toMatchObject({ status: 0, stderr: "" });
    expect(board.read("disabled")).toBeUndefined();
    expect(run("remove").calls.filter((call) => call.startsWith("apt-get"))).toEqual([]);
    expect(board.read("installed")).toContain("unattended-upgrades");
  });
});

describe("updates that are turned off, or a board that leaves", () => {
  const own = { [lists.replace("90-bramble", "10-mine")]: "[Timer]\n" };
  it.each<[string, () => ReturnType<typeof run>]>([
    ["turned off", () => run("apply", { install: "none" })],
    ["removed", () => run("remove")],
  ])("leave nothing of bramble's but what it must not lose: %s", (how, off) => {
    boardOf({ disabled: "apt-daily.timer\n" });
    const before = board.files();
    run("apply");
    expect(board.read("var/lib/bramble/update-timers")).toBe("apt-daily.timer\n");
    expect(board.read("disabled")).not.toContain("apt-daily.timer");
    expect(off()).toMatchObject({ status: 0, stderr: "" });
    expect([lists, upgrade].map((path) => board.read(path))).toEqual([undefined, undefined]);
    expect(board.read("disabled")).toMatch(/^apt-daily.timer$/m);
    expect(board.read("disabled")).not.toMatch(/^apt-daily-upgrade.timer$/m);
    expect(board.read("installed")).toBe("");
    const left = Object.keys(board.files()).filter(
      (path) => !(path in before) && !path.startsWith("var/lib"),
    );
    expect(left.filter((path) => !path.includes("reboot-due"))).toEqual(how === "removed" ? [] : [config]);
    if (how === "removed") expect(left).toEqual([]);
    else
      expect(board.read(config)).toMatch(
        /^Unattended-Upgrade::Package-Blacklist .*\n.*Automatic-Reboot "false";\n$/,
      );
  });

  it("leave drop-ins of others, which are no obstacle then", () => {
    boardOf(own);
    expect(run("apply", { install: "none" })).toMatchObject({ status: 0, stderr: "" });
    expect(run("remove")).toMatchObject({ status: 0, stderr: "" });
    for (const [path, text] of Object.entries(own)) expect(board.read(path)).toBe(text);
  });
});

describe("what the board's owner has configured", () => {
  const mine = "etc/apt/apt.conf.d/51-mine";
  const text = 'Unattended-Upgrade::Automatic-Reboot "true";\n';
  const ucf = (path: string, sum: string) => ({ "var/lib/ucf/hashfile": `${sum}  /${path}\n` });
  const fifty = "etc/apt/apt.conf.d/50unattended-upgrades";
  const sum = createHash("md5").update(text).digest("hex");

  it.each<[string, Files]>([
    ["a file of settings", { [mine]: text, loose: `/${mine}\n` }],
    ["apt.conf", { "etc/apt/apt.conf": "APT { Periodic { Enable 0; }; };\n", loose: "/etc/apt/apt.conf\n" }],
    [
      "a package's file that was changed",
      { [fifty]: text, ...ucf(fifty, "0".repeat(32)), loose: `/${fifty}\n` },
    ],
    ["another conffile", { [mine]: text, conffiles: ` /${mine} ${"0".repeat(32)}\n` }],
    ["a masked timer", { "etc/systemd/system/apt-daily-upgrade.timer": "-> /dev/null" }],
    ["a masked service", { "etc/systemd/system/apt-daily.service": "-> /dev/null" }],
    ["times", { "etc/systemd/system/apt-daily.timer.d/mine.conf": "[Timer]\n" }],
  ])("is left as it is, and named with both fixes: %s", (_, files) => {
    boardOf(files);
    const before = board.files();
    const { status, stderr } = run("apply");
    expect(stderr).toMatch(
      /automatic upgrades are configured by files that bramble did not write: \/etc\/\S+\n {2}fix: to keep them: cluster.systemUpdates.install: none; or remove/,
    );
    expect(status).toBe(1);
    expect(board.files()).toEqual(before);
    expect(board.run("inspect", "apply").stderr).toMatch(/automatic upgrades are configured by/);
    expect(run("apply", { install: "none" })).toMatchObject({ status: 0, stderr: "" });
  });

  it.each<[string, Files]>([
    ["as ucf has put it there", { [fifty]: text, ...ucf(fifty, sum), loose: `/${fifty}\n` }],
    ["a package's", { [mine]: text }],
    ["a comment", { [mine]: `// ${text}`, loose: `/${mine}\n` }],
    ["about something else", { [mine]: 'Acquire::PDiffs "0";\n', loose: `/${mine}\n` }],
    ["nothing that apt reads", { [`${mine}.bak`]: text, loose: `/${mine}.bak\n` }],
  ])("is none: a file that is %s", (_, files) => {
    boardOf(files);
    expect(run("apply")).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("the window", () => {
  it.each([
    ["01:00-03:00", "*-*-* 01:00 UTC", "*-*-* 01:30 UTC", 30],
    ["23:30-01:30", "*-*-* 23:30 UTC", "*-*-* 00:00 UTC", 30],
    ["04:00-04:00", "*-*-* 04:00 UTC", "*-*-* 10:00 UTC", 360],
  ])("%s begins with the lists at %s, and with upgrades at %s", (window, listsAt, upgradeAt, spread) => {
    boardOf();
    expect(updateTimes(window)).toEqual({ LISTS_AT: listsAt, UPGRADE_AT: upgradeAt, SPREAD: spread });
  });
});

describe("a reboot that is due", () => {
  const kubelet = { "etc/kubernetes/kubelet.conf": "" };
  const required = {
    "run/reboot-required": "",
    "run/reboot-required.pkgs": "linux-image\nlibc6\nlinux-image\n",
  };
  const script = readFileSync(bootstrapFile("rebootDue"), "utf8");
  /** What the node is told, by each of two runs. */
  const told = (files: Files, kubectl = "") => {
    boardOf(files, { kubectl });
    return [1, 2].map(() => {
      const ran = spawnSync("bash", ["-s", "pi3-1"], {
        input: script,
        env: board.environment,
        encoding: "utf8",
      });
      return { status: ran.status, calls: board.calls().filter((call) => call.startsWith("kubectl")) };
    });
  };

  it("is on the board's own node, with since when and the packages, told once", () => {
    const [first, second] = told({ ...kubelet, ...required });
    expect(first?.calls).toEqual([
      expect.stringMatching(
        /kubelet\.conf --request-timeout=30s annotate node pi3-1 --overwrite bramble\/reboot-due=\d{4}-\d\d-\d\dT[\d:]+Z libc6 linux-image$/,
      ),
    ]);
    expect(second).toEqual({ status: 0, calls: [] });
  });

  it("is told to nobody before the board has joined", () => {
    expect(told(required)).toEqual([1, 2].map(() => ({ status: 0, calls: [] })));
  });

  it("is no longer there after a boot", () => {
    expect(told(kubelet)[0]?.calls).toEqual([expect.stringMatching(/ --overwrite bramble\/reboot-due-$/)]);
  });

  it("is told again where nobody has answered", () => {
    const runs = told({ ...kubelet, ...required }, "exit 1");
    expect(runs.map(({ status, calls }) => [status, calls.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});
