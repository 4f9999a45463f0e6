import { describe, expect, it } from "vitest";
import { board, type Config, errorsOf, section, settings } from "./smallCluster.ts";

describe("an error is told with where, what, and the fix", () => {
  const cases: [string, (config: Config) => void, string, string, string?][] = [
    [
      "a typo in a setting",
      (config) => (config["bramble:gogs"] = { hosts: "git" }),
      "bramble:gogs.hosts",
      "unknown-setting",
      'unknown setting. Allowed: host, size, volume, board, sshPort, adminPassword, restore. Did you mean "host"?',
    ],
    [
      "a typo in a section",
      (config) => (config["bramble:gosg"] = {}),
      "bramble:gosg",
      "unknown-setting",
      'Did you mean "gogs"?',
    ],
    [
      "a typo in the namespace",
      (config) => (config["brambel:gogs"] = {}),
      "brambel:gogs",
      "unknown-namespace",
      'unknown namespace. Allowed: bramble, pulumi. Did you mean "bramble"?',
    ],
    [
      "an unknown model",
      (config) => (board(config, 1).model = "rpi-3c"),
      "bramble:boards[1].model",
      "unknown-value",
      'Did you mean "rpi-3b"?',
    ],
    [
      "a 32-bit model",
      (config) => (board(config, 1).model = "tinker-board"),
      "bramble:boards[1].model",
      "unknown-value",
      "32-bit",
    ],
    [
      "two boards of one name",
      (config) => (board(config, 0).name = "pi3-1"),
      "bramble:boards[1].name",
      "name-taken",
    ],
    [
      "two boards of one address",
      (config) => (board(config, 1).host = "192.168.1.10"),
      "bramble:boards[1].host",
      "host-taken",
    ],
    [
      "no control plane",
      (config) => (board(config, 0).role = "worker"),
      "bramble:boards",
      "no-control-plane",
    ],
    [
      "a negative RAM",
      (config) => (board(config, 1).ram = -1024),
      "bramble:boards[1].ram",
      "invalid",
      "-1024 must be a whole number of MiB",
    ],
    [
      "a RAM in text",
      (config) => (board(config, 1).ram = "1GB"),
      "bramble:boards[1].ram",
      "invalid",
      '"1GB" must be a whole number of MiB',
    ],
    [
      "neither model nor RAM",
      (config) => Reflect.deleteProperty(board(config, 1), "model"),
      "bramble:boards[1]",
      "model-missing",
    ],
    [
      "no boards",
      (config) => (config["bramble:boards"] = []),
      "bramble:boards",
      "invalid",
      "must have at least one board",
    ],
    [
      "boards that are no list",
      (config) => (config["bramble:boards"] = "pi"),
      "bramble:boards",
      "invalid",
      '"pi" must be a list of boards',
    ],
    [
      "boards left out",
      (config) => delete config["bramble:boards"],
      "bramble:boards",
      "missing",
      "is missing",
    ],
    [
      "a window that is no time of day",
      (config) => (section(config, "cluster").systemUpdates = { window: "1am" }),
      "bramble:cluster.systemUpdates.window",
      "invalid",
      '"1am" must be a time of day in UTC, such as 01:00-03:00',
    ],
    [
      "a window that is too short",
      (config) => (section(config, "cluster").systemUpdates = { window: "23:50-00:20" }),
      "bramble:cluster.systemUpdates.window",
      "invalid",
      '"23:50-00:20" must be an hour or longer',
    ],
    [
      "updates that there are not",
      (config) => (section(config, "cluster").systemUpdates = { install: "kernel" }),
      "bramble:cluster.systemUpdates.install",
      "unknown-value",
    ],
    [
      "the only control plane, where no board is rebooted",
      (config) => (section(config, "cluster").systemUpdates = { rebootOnlyControlPlane: true }),
      "bramble:cluster.systemUpdates.rebootOnlyControlPlane",
      "reboot-never",
      "cluster.systemUpdates.reboot is never",
    ],
    [
      "a range that is none",
      (config) => (section(config, "cluster").podSubnet = "10.244.0.0/33"),
      "bramble:cluster.podSubnet",
      "invalid",
      '"10.244.0.0/33" must be an IPv4 network address with a prefix of 8 to 22',
    ],
    [
      "a range that is an address",
      (config) => (section(config, "cluster").podSubnet = "10.244.1.7/16"),
      "bramble:cluster.podSubnet",
      "invalid",
      "must be an IPv4 network address",
    ],
    [
      "pods in the boards' network",
      (config) => (section(config, "cluster").podSubnet = "192.168.0.0/16"),
      "bramble:cluster.podSubnet",
      "range-taken",
      "contains addresses of machines (192.168.1.10, 192.168.1.11)",
    ],
    [
      "an unknown role",
      (config) => (board(config, 1).role = "master"),
      "bramble:boards[1].role",
      "unknown-value",
      "Allowed: controlPlane, worker.",
    ],
    [
      "an app on an unknown board",
      (config) => (section(config, "storage").board = "pi3-9"),
      "bramble:storage.board",
      "board-unknown",
      'there is no board "pi3-9". Allowed: pi3-1. Did you mean "pi3-1"?',
    ],
    [
      "an app on the control plane",
      (config) => (section(config, "storage").board = "pi4-1"),
      "bramble:storage.board",
      "board-takes-no-apps",
    ],
    [
      "data on NFS without a server",
      (config) => (section(config, "gogs").volume = "nfs"),
      "bramble:gogs.volume",
      "volume-without-nfs",
    ],
    [
      "no board for data",
      (config) => (config["bramble:storage"] = { nfs: { server: "nas.lan", path: "/data" } }),
      "bramble:gogs.board",
      "volume-without-board",
    ],
    [
      "backups without a target",
      (config) => (config["bramble:backup"] = {}),
      "bramble:backup",
      "backup-target",
    ],
    [
      "backups with two targets",
      (config) => (config["bramble:backup"] = { board: "pi3-1", nfs: { server: "nas.lan", path: "/b" } }),
      "bramble:backup",
      "backup-target",
    ],
    [
      "backups beside the data",
      (config) => (config["bramble:backup"] = { board: "pi3-1" }),
      "bramble:backup.board",
      "backup-beside-data",
    ],
    [
      "a bucket without its secret key",
      (config) =>
        (config["bramble:backup"] = { s3: { endpoint: "https://s3.lan", bucket: "b-1" }, accessKey: "key" }),
      "bramble:backup.secretKey",
      "backup-key-missing",
    ],
    [
      "SSH on a port that is taken",
      (config) => (section(config, "gogs").sshPort = 6443),
      "bramble:gogs.sshPort",
      "port-taken",
    ],
    [
      "SSH on the board's own port",
      (config) => (section(config, "gogs").sshPort = 22),
      "bramble:gogs.sshPort",
      "invalid",
      "22 is the board's own SSH server",
    ],
    [
      "a part that is needed left out",
      (config) => delete config["bramble:storage"],
      "bramble:gogs",
      "needs-section",
    ],
    [
      "dns01 without dns",
      (config) => delete config["bramble:dns"],
      "bramble:ingress.acme.challenge",
      "dns01-without-dns",
    ],
    [
      "two apps on one host",
      (config) => (config["bramble:sensors"] = { host: "gogs" }),
      "bramble:sensors.host",
      "app-host-taken",
    ],
    [
      "a site that is none",
      (config) => (section(config, "datadog").site = "datadoghq.de"),
      "bramble:datadog.site",
      "unknown-value",
      'Did you mean "datadoghq.eu"?',
    ],
    [
      "a secret left out",
      (config) => delete section(config, "datadog").apiKey,
      "bramble:datadog.apiKey",
      "missing",
      "npx pulumi config set --secret --path 'bramble:datadog.apiKey' -s home",
    ],
    [
      "a domain that is none",
      (config) => (config["bramble:domain"] = "localhost"),
      "bramble:domain",
      "invalid",
      '"localhost" must be a domain',
    ],
  ];

  it.each(cases)("%s", (_, change, path, code, says = "") => {
    expect(errorsOf(settings(change))).toEqual([
      { path, code, message: expect.stringContaining(says) as string },
    ]);
  });
});

describe("what is said", () => {
  it.each<[string, (config: Config) => void, string]>([
    [
      "of a typo",
      (config) => (config["bramble:gogs"] = { hosts: "git" }),
      'unknown setting. Allowed: host, size, volume, board, sshPort, adminPassword, restore. Did you mean "host"?',
    ],
    [
      "of a host that is taken",
      (config) => (board(config, 1).host = "192.168.1.10"),
      '"192.168.1.10" is already the host of boards[0].',
    ],
    [
      "of a board that there is not",
      (config) => (section(config, "storage").board = "pi3-9"),
      'there is no board "pi3-9". Allowed: pi3-1. Did you mean "pi3-1"?',
    ],
    [
      "of a 32-bit model",
      (config) => (board(config, 1).model = "rpi-1"),
      '"rpi-1" is the Raspberry Pi 1: its BCM2835 (ARMv6) is 32-bit, and Kubernetes has neither binaries nor images for 32-bit ARM after 1.26. Use a Raspberry Pi 3 (rpi-3b) or any other arm64 board.',
    ],
    [
      "of a secret that is missing",
      (config) => delete section(config, "datadog").apiKey,
      "is missing. Set it with: npx pulumi config set --secret --path 'bramble:datadog.apiKey' -s home",
    ],
    [
      "of a challenge behind proxies",
      (config) => {
        Object.assign(section(config, "ingress").acme as Config, { challenge: "http01" });
        section(config, "dns").proxied = true;
      },
      '"http01" cannot work with dns.proxied: Cloudflare is between the authority and you. Use dns01, or set dns.proxied: false.',
    ],
    [
      "of backups beside the data",
      (config) => (config["bramble:backup"] = { board: "pi3-1" }),
      '"pi3-1" also stores the data: one broken disk would destroy both.',
    ],
  ])("%s", (_, change, sentence) => {
    expect(errorsOf(settings(change)).map(({ message }) => message)).toEqual([sentence]);
  });
});

describe("what has parsed is checked, whatever else has not", () => {
  it("of a wrong board what is right of it", () => {
    const errors = errorsOf(
      settings((config) => {
        Object.assign(board(config, 0), { ram: "2GB", host: "192.168.1.11" });
        section(config, "storage").board = "pi3-9";
      }),
    );
    expect(errors.map(({ path, code }) => [path, code])).toEqual([
      ["bramble:boards[0].ram", "invalid"],
      ["bramble:boards[1].host", "host-taken"],
      ["bramble:storage.board", "board-unknown"],
    ]);
  });

  it("and nothing that a wrong section would have to be read for", () => {
    const errors = errorsOf(
      settings((config) => {
        section(config, "dns").ttl = 7;
        config["bramble:domain"] = "pi.lan";
        section(config, "ingress").trustedProxies = ["0.0.0.0/0"];
      }),
    );
    expect(errors.map(({ path, code }) => [path, code])).toEqual([
      ["bramble:dns.ttl", "invalid"],
      ["bramble:ingress.trustedProxies[0]", "trusts-too-many"],
    ]);
  });

  it("no board is missing that may be the one without a name", () => {
    const errors = errorsOf(
      settings((config) => {
        const boards = config["bramble:boards"] as Config[];
        boards.push({ ...board(config, 1), name: "pi3-2", host: "192.168.1.12" });
        board(config, 1).name = "Pi3_1";
      }),
    );
    expect(errors.map(({ path }) => path)).toEqual(["bramble:boards[1].name"]);
  });
});
