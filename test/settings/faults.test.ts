import { describe, expect, it } from "vitest";
import { board, type Config, errorsOf, section, settings } from "./smallCluster.ts";

describe("a fault is refused with where, what, and the fix", () => {
  const cases: [string, (config: Config) => void, string, string][] = [
    [
      "a typo in a setting",
      (config) => (config["bramble:gogs"] = { hosts: "git" }),
      "bramble:gogs.hosts",
      'unknown setting. Allowed: host, size, volume, board, sshPort, adminPassword, restore. Did you mean "host"?',
    ],
    [
      "a typo in a section",
      (config) => (config["bramble:gosg"] = {}),
      "bramble:gosg",
      'Did you mean "gogs"?',
    ],
    [
      "a typo in the namespace",
      (config) => (config["brambel:gogs"] = {}),
      "brambel:gogs",
      'unknown namespace. Allowed: bramble, pulumi. Did you mean "bramble"?',
    ],
    [
      "an unknown model",
      (config) => (board(config, 1).model = "rpi-3c"),
      "bramble:boards[1].model",
      'Did you mean "rpi-3b"?',
    ],
    [
      "a 32-bit model",
      (config) => (board(config, 1).model = "tinker-board"),
      "bramble:boards[1].model",
      "32-bit",
    ],
    [
      "two boards of one name",
      (config) => (board(config, 0).name = "pi3-1"),
      "bramble:boards[1].name",
      '"pi3-1" is the name of boards[0] already.',
    ],
    [
      "two boards of one address",
      (config) => (board(config, 1).host = "192.168.1.10"),
      "bramble:boards[1].host",
      '"192.168.1.10" is the host of boards[0] already.',
    ],
    [
      "no control plane",
      (config) => (board(config, 0).role = "worker"),
      "bramble:boards",
      "no board has the role controlPlane",
    ],
    [
      "a negative RAM",
      (config) => (board(config, 1).ram = -1024),
      "bramble:boards[1].ram",
      "-1024 must be a whole number of MiB",
    ],
    [
      "a RAM in text",
      (config) => (board(config, 1).ram = "1GB"),
      "bramble:boards[1].ram",
      '"1GB" must be a whole number of MiB',
    ],
    [
      "neither model nor RAM",
      (config) => Reflect.deleteProperty(board(config, 1), "model"),
      "bramble:boards[1]",
      "neither a model nor both ram",
    ],
    [
      "no boards",
      (config) => (config["bramble:boards"] = []),
      "bramble:boards",
      "must name at least one board",
    ],
    [
      "boards that are no list",
      (config) => (config["bramble:boards"] = "pi"),
      "bramble:boards",
      '"pi" must be a list of boards',
    ],
    ["boards left out", (config) => delete config["bramble:boards"], "bramble:boards", "is missing"],
    [
      "a range that is none",
      (config) => (section(config, "cluster").podSubnet = "10.244.0.0/33"),
      "bramble:cluster.podSubnet",
      '"10.244.0.0/33" must be an IPv4 network address with a prefix of 8 to 22',
    ],
    [
      "a range that is an address",
      (config) => (section(config, "cluster").podSubnet = "10.244.1.7/16"),
      "bramble:cluster.podSubnet",
      "must be an IPv4 network address",
    ],
    [
      "pods in the boards' network",
      (config) => (section(config, "cluster").podSubnet = "192.168.0.0/16"),
      "bramble:cluster.podSubnet",
      "holds the machines' own addresses (192.168.1.10, 192.168.1.11)",
    ],
    [
      "an unknown role",
      (config) => (board(config, 1).role = "master"),
      "bramble:boards[1].role",
      "Allowed: controlPlane, worker.",
    ],
    [
      "an app on an unknown board",
      (config) => (section(config, "storage").board = "pi3-9"),
      "bramble:storage.board",
      'no board is called "pi3-9". Allowed: pi3-1. Did you mean "pi3-1"?',
    ],
    [
      "an app on the control plane",
      (config) => (section(config, "storage").board = "pi4-1"),
      "bramble:storage.board",
      "takes no apps",
    ],
    [
      "data on NFS without a server",
      (config) => (section(config, "gogs").volume = "nfs"),
      "bramble:gogs.volume",
      "needs storage.nfs with server and path",
    ],
    [
      "no board for data",
      (config) => (config["bramble:storage"] = { nfs: { server: "nas.lan", path: "/data" } }),
      "bramble:storage.board",
      "Set the board for the data of gogs, or gogs.board.",
    ],
    [
      "backups without a target",
      (config) => (config["bramble:backup"] = {}),
      "bramble:backup",
      "no target is set; set one of board, nfs and s3.",
    ],
    [
      "backups with two targets",
      (config) => (config["bramble:backup"] = { board: "pi3-1", nfs: { server: "nas.lan", path: "/b" } }),
      "bramble:backup",
      "board and nfs are set",
    ],
    [
      "backups beside the data",
      (config) => (config["bramble:backup"] = { board: "pi3-1" }),
      "bramble:backup.board",
      '"pi3-1" holds the data, too: one broken disk would take both.',
    ],
    [
      "a bucket without its secret key",
      (config) =>
        (config["bramble:backup"] = { s3: { endpoint: "https://s3.lan", bucket: "b-1" }, accessKey: "key" }),
      "bramble:backup.secretKey",
      "is missing; backup.s3 needs it.",
    ],
    [
      "SSH on a port that is taken",
      (config) => (section(config, "gogs").sshPort = 6443),
      "bramble:gogs.sshPort",
      "6443 is the port of the API server",
    ],
    [
      "SSH on the board's own port",
      (config) => (section(config, "gogs").sshPort = 22),
      "bramble:gogs.sshPort",
      "22 is the board's own SSH server",
    ],
    [
      "a part that is needed left out",
      (config) => delete config["bramble:storage"],
      "bramble:gogs",
      "needs bramble:storage",
    ],
    [
      "neither kubeconfig nor bootstrap",
      (config) => delete section(config, "cluster").kubeconfig,
      "bramble:cluster.kubeconfig",
      "or bootstrap: true",
    ],
    ["no acme", (config) => delete section(config, "ingress").acme, "bramble:ingress.acme", "is missing"],
    [
      "dns01 without dns",
      (config) => delete config["bramble:dns"],
      "bramble:ingress.acme.challenge",
      '"dns01" needs bramble:dns',
    ],
    [
      "two apps on one host",
      (config) => (config["bramble:sensors"] = { host: "gogs" }),
      "bramble:sensors.host",
      '"gogs" is the host of gogs already',
    ],
    [
      "a site that is none",
      (config) => (section(config, "datadog").site = "datadoghq.de"),
      "bramble:datadog.site",
      'Did you mean "datadoghq.eu"?',
    ],
    [
      "a secret left out",
      (config) => delete section(config, "datadog").apiKey,
      "bramble:datadog.apiKey",
      "npx pulumi config set --secret --path 'bramble:datadog.apiKey'",
    ],
    [
      "a domain that is none",
      (config) => (config["bramble:domain"] = "localhost"),
      "bramble:domain",
      '"localhost" must be a domain',
    ],
  ];

  it.each(cases)("%s", (_, change, path, message) => {
    const errors = errorsOf(settings(change));
    expect(Object.keys(errors)).toEqual([path]);
    expect(errors[path]).toContain(message);
  });
});
