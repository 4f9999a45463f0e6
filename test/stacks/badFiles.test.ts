import { expect, it } from "vitest";
import {
  board,
  type Change,
  type Config,
  faultsOf,
  file,
  hostKey,
  leaveOut,
  section,
  set,
  setBoard,
} from "./files.ts";

const acme = (values: Config): Change => set("ingress", { acme: { email: "me@example.com", ...values } });
const boards =
  (...all: unknown[]): Change =>
  (config) =>
    void (config["bramble:boards"] = all);
const more =
  (count: number, role: string): Change =>
  (config) => {
    const all = config["bramble:boards"] as Config[];
    if (role === "controlPlane") set("cluster", { controlPlaneEndpoint: "api.lan:6443" })(config);
    for (let i = 0; i < count; i++) {
      all.push({
        name: `more-${i}`,
        model: "rpi-4b-4gb",
        role,
        host: `172.20.${i >> 8}.${i & 255}`,
        user: "pi",
        hostKey,
      });
    }
  };
const without =
  (i: number, key: string): Change =>
  (config) =>
    void Reflect.deleteProperty(board(config, i), key);
const all =
  (...changes: Change[]): Change =>
  (config) =>
    changes.forEach((change) => change(config));

/** What is done to the file, the setting that is named, and what is said of it. */
const bad: [Change, string, string][] = [
  // Sections and namespaces
  [(config) => (config["bramble:gosg"] = {}), "gosg", 'Did you mean "gogs"?'],
  [(config) => (config["bramble:evictionHard"] = "50Mi"), "evictionHard", "unknown setting"],
  [(config) => (config["bramble:backups"] = { daily: true }), "backups", "unknown setting"],
  [leaveOut("boards"), "boards", "is missing"],
  [leaveOut("domain"), "domain", "is missing"],
  [leaveOut("storage"), "gogs", "needs bramble:storage"],
  [all(leaveOut("datadog")), "sensors", "needs bramble:datadog"],
  // Boards
  [boards(), "boards", "must name at least one board"],
  [(config) => (config["bramble:boards"] = { name: "pi" }), "boards", "must be a list of boards"],
  [all(more(1, "worker"), setBoard(3, { name: "Pi3_1" })), "boards[3].name", "lower-case letters"],
  [
    all(more(1, "worker"), setBoard(3, { name: "pi4-1" })),
    "boards[3].name",
    '"pi4-1" is the name of boards[0] already',
  ],
  [setBoard(2, { host: "192.168.1.11" }), "boards[2].host", "is the host of boards[1] already"],
  [setBoard(1, { host: "127.0.0.1" }), "boards[1].host", "is the machine itself"],
  [setBoard(1, { host: "localhost" }), "boards[1].host", "is the machine itself"],
  [setBoard(1, { host: "0.0.0.0" }), "boards[1].host", "is the machine itself"],
  [setBoard(1, { host: "pi three" }), "boards[1].host", "must be an address or a host name"],
  [setBoard(1, { model: "rpi-3c" }), "boards[1].model", 'Did you mean "rpi-3b"?'],
  [setBoard(0, { model: "tinker-board" }), "boards[0].model", "32-bit"],
  [setBoard(1, { model: "rpi-zero" }), "boards[1].model", "Zero 2 W"],
  [without(1, "model"), "boards[1]", "neither a model nor both ram"],
  [all(without(1, "model"), setBoard(1, { ram: 1024 })), "boards[1]", "neither a model nor both ram"],
  [setBoard(1, { ram: 4096 }), "boards[1].ram", "4096 is more than a Raspberry Pi 3 Model B has (1024)"],
  [setBoard(1, { ram: 64 }), "boards[1].ram", "256 or more"],
  [setBoard(1, { ram: "1Gi" }), "boards[1].ram", "must be a whole number of MiB"],
  [setBoard(1, { cores: 8 }), "boards[1].cores", "8 is more than a Raspberry Pi 3 Model B has (4)"],
  [setBoard(1, { cores: 0 }), "boards[1].cores", "must be 1 or more"],
  [setBoard(1, { arch: "amd64" }), "boards[1].arch", "it is arm64. Leave arch out"],
  [setBoard(1, { arch: "armv7" }), "boards[1].arch", "Allowed: arm64, amd64."],
  [
    all(more(1, "worker"), setBoard(3, { role: "master" })),
    "boards[3].role",
    "Allowed: controlPlane, worker.",
  ],
  [setBoard(0, { role: "worker" }), "boards", "no board has the role controlPlane"],
  [setBoard(1, { user: "Pi User" }), "boards[1].user", "must be a login"],
  [without(1, "user"), "boards[1].user", "cluster.bootstrap needs it"],
  [without(1, "hostKey"), "boards[1].hostKey", "ssh-keyscan -t ed25519 -p 22 192.168.1.11"],
  [
    setBoard(1, { hostKey: "192.168.1.11 ssh-ed25519 AAAA" }),
    "boards[1].hostKey",
    "leave out the first word",
  ],
  [setBoard(1, { port: 70000 }), "boards[1].port", "1 to 65535"],
  [setBoard(0, { dead: true }), "boards[0].dead", "the only control plane"],
  [setBoard(1, { dead: "yes" }), "boards[1].dead", "must be true or false"],
  [setBoard(1, { eviction: "50Mi" }), "boards[1].eviction", "unknown setting"],
  // A volume and the entrance on boards
  [setBoard(2, { dead: true }), "storage.board", '"pi3-2" is marked dead'],
  [setBoard(1, { dead: true }), "ingress.board", '"pi3-1" is marked dead'],
  [set("storage", { board: "pi3-3" }), "storage.board", 'no board is called "pi3-3"'],
  [set("ingress", { board: "pi31" }), "ingress.board", 'Did you mean "pi3-1"?'],
  [set("ingress", { board: "pi4-1" }), "ingress.board", "is the control plane, which takes no apps"],
  [setBoard(1, { taints: ["media"] }), "boards[1].taints[0]", "must be a taint such as"],
  [setBoard(1, { taints: ["media:Never"] }), "boards[1].taints[0]", "must be a taint such as"],
  [
    setBoard(0, { taints: ["node-role.kubernetes.io/control-plane:NoSchedule"] }),
    "boards[0].taints[0]",
    "is kubeadm's own",
  ],
  [
    setBoard(1, { taints: ["dedicated=media:NoSchedule"] }),
    "ingress.board",
    "has taints, which bramble's own apps do not tolerate",
  ],
  [set("storage", { directory: "data" }), "storage.directory", "must be an absolute path"],
  [set("storage", { directory: "/tmp/data" }), "storage.directory", "which a restart empties"],
  [set("storage", { directory: "/var/lib/etcd" }), "storage.directory", "which belongs to the system"],
  // Network
  [set("cluster", { podSubnet: "10.244.0.0/33" }), "cluster.podSubnet", "must be an IPv4 network address"],
  [set("cluster", { podSubnet: "10.244.1.0/16" }), "cluster.podSubnet", "must be an IPv4 network address"],
  [
    set("cluster", { podSubnet: "192.168.0.0/16" }),
    "cluster.podSubnet",
    "holds the machines' own addresses (192.168.1.10, ",
  ],
  [set("cluster", { podSubnet: "10.96.0.0/16" }), "cluster.podSubnet", "overlaps 10.96.0.0/12"],
  [set("cluster", { podSubnet: "10.0.0.0/8" }), "cluster.podSubnet", "the addresses of services"],
  [
    all(setBoard(1, { host: "10.100.0.7" })),
    "cluster.serviceSubnet",
    "holds the machines' own addresses (10.100.0.7). Give the services another range, such as 172.20.0.0/16.",
  ],
  [
    all(setBoard(1, { host: "172.20.0.7" }), set("cluster", { serviceSubnet: "172.20.0.0/16" })),
    "cluster.serviceSubnet",
    "such as 10.96.0.0/12",
  ],
  [
    set("cluster", { serviceSubnet: "10.244.128.0/20" }),
    "cluster.serviceSubnet",
    "overlaps 10.244.0.0/16, the addresses of pods",
  ],
  [
    set("cluster", { podSubnet: "172.20.0.0/16", serviceSubnet: "172.16.0.0/12" }),
    "cluster.podSubnet",
    "overlaps 172.16.0.0/12, the addresses of services",
  ],
  [
    set("cluster", { podSubnet: "192.168.0.0/16", serviceSubnet: "192.168.64.0/20" }),
    "cluster.podSubnet",
    ") and overlaps 192.168.64.0/20, the addresses of services. Give the pods another range, such as 10.244.0.0/16.",
  ],
  [
    set("cluster", { controlPlaneEndpoint: "10.97.0.1:6443" }),
    "cluster.serviceSubnet",
    "holds the machines' own addresses (10.97.0.1)",
  ],
  [
    set("storage", { nfs: { server: "10.244.7.7", path: "/data" } }),
    "cluster.podSubnet",
    "holds the machines' own addresses (10.244.7.7)",
  ],
  [set("cluster", { serviceSubnet: "10.192.0.0/11" }), "cluster.serviceSubnet", "a prefix of 12 to 24"],
  [
    set("cluster", { serviceSubnet: "10.96.0.1/12" }),
    "cluster.serviceSubnet",
    "must be an IPv4 network address",
  ],
  [
    all(set("cluster", { podSubnet: "10.244.0.0/22" }), more(4, "worker")),
    "cluster.podSubnet",
    "has a /24 for 4 boards, and there are 7",
  ],
  [set("ssh", { jump: { host: "10.244.0.1", user: "me", hostKey } }), "cluster.podSubnet", "(10.244.0.1)"],
  [
    set("ssh", { jump: { host: "gate", user: "me", hostKey: "AAAA" } }),
    "ssh.jump.hostKey",
    "must be a public host key",
  ],
  [set("ssh", { jump: { host: "gate", user: "me" } }), "ssh.jump.hostKey", "is missing"],
  // Cluster
  [set("cluster", { version: "1.26.15" }), "cluster.version", "too old"],
  [set("cluster", { version: "1.99.0" }), "cluster.version", "newer than what bramble knows"],
  [set("cluster", { version: "latest" }), "cluster.version", "must be a version"],
  [
    set("cluster", { version: "1.37.1", containerd: "containerd" }),
    "cluster.containerd",
    "Kubernetes 1.37.1 needs 2",
  ],
  [
    set("cluster", {
      kubernetesRepository: {
        line: "deb https://mirror.example/v1.35/deb/ /",
        key: "https://mirror.example/key",
      },
    }),
    "cluster.kubernetesRepository.line",
    "is the repository of 1.35, and cluster.version is",
  ],
  [set("cluster", { network: "calico" }), "cluster.network", "Allowed: flannel, none."],
  [set("cluster", { kubeconfig: "~/.kube/config" }), "cluster.kubeconfig", "is taken literally"],
  [(config) => (config["bramble:cluster"] = {}), "cluster.kubeconfig", "or bootstrap: true"],
  // Urls and certificates
  [(config) => (config["bramble:domain"] = "home"), "domain", "must be a domain"],
  [(config) => (config["bramble:domain"] = "pi.home.arpa"), "domain", "no authority issues certificates"],
  [(config) => (config["bramble:domain"] = "home.local"), "domain", "ends in .local"],
  [(config) => delete section(config, "ingress").acme, "ingress.acme", "is missing"],
  [acme({ email: "me" }), "ingress.acme.email", "must be an e-mail address"],
  [acme({ challenge: "dns" }), "ingress.acme.challenge", "Allowed: dns01, http01, tlsAlpn01."],
  [
    acme({ directory: "http://ca.example" }),
    "ingress.acme.directory",
    "must be production, staging or the https url",
  ],
  [leaveOut("dns"), "ingress.acme.challenge", '"dns01" needs bramble:dns'],
  [
    all(acme({ challenge: "tlsAlpn01" }), set("dns", { proxied: true })),
    "ingress.acme.challenge",
    "cannot work with dns.proxied",
  ],
  [set("sensors", { host: "gogs" }), "sensors.host", "is the host of gogs already"],
  [set("gogs", { host: "git.home" }), "gogs.host", "lower-case letters"],
  [set("gogs", { size: "8GB" }), "gogs.size", "must be a size such as 8Gi"],
  // Secrets
  [set("dns", { apiToken: "short" }), "dns.apiToken", "must be a Cloudflare API token"],
  [(config) => delete section(config, "dns").apiToken, "dns.apiToken", "pulumi config set --secret"],
  [set("datadog", { apiKey: "z".repeat(32) }), "datadog.apiKey", "must be a Datadog API key"],
  [set("datadog", { site: "datadoghq.de" }), "datadog.site", 'Did you mean "datadoghq.eu"?'],
  [set("ssh", { privateKey: "secret-key" }), "ssh.privateKey", "must be a private key in OpenSSH form"],
];

it("there are enough of them", () => expect(bad.length).toBeGreaterThanOrEqual(60));

it.each(bad.map(([change, setting, says]) => [setting, says, change] as const))(
  "%s: %s",
  (setting, says, change) => {
    const text = file(change);
    const faults = faultsOf(text);
    expect(Object.keys(faults), text).toEqual([`bramble:${setting}`]);
    expect(faults[`bramble:${setting}`]).toContain(says);
    expect(JSON.stringify(faults)).not.toMatch(/secret-key|t{40}|z{32}|0{32}|"short"/);
  },
);

const good: [string, Change][] = [
  ["everything", () => undefined],
  ["no apps at all", leaveOut("ingress", "dns", "storage", "gogs", "datadog", "sensors")],
  ["no Gogs", leaveOut("gogs")],
  ["no sensors", leaveOut("sensors")],
  ["no data", leaveOut("gogs", "storage")],
  [
    "certificates of its own, no dns",
    all(leaveOut("dns"), set("ingress", { acme: undefined, certificates: "selfSigned" })),
  ],
  [
    "a private domain with certificates of its own",
    all(
      (config) => (config["bramble:domain"] = "home.arpa.lan"),
      set("ingress", { certificates: "selfSigned" }),
    ),
  ],
  ["http01 without dns", all(leaveOut("dns"), acme({ challenge: "http01" }))],
  ["another authority", acme({ directory: "https://ca.example/acme" })],
  [
    "somebody else's cluster",
    (config) => (config["bramble:cluster"] = { kubeconfig: "kubeconfig.home", network: "none" }),
  ],
  [
    "a lone control plane",
    boards({ name: "pi", model: "rpi-5-8gb", role: "controlPlane", host: "pi.lan", user: "pi", hostKey }),
  ],
  ["two control planes, on the way to three", more(1, "controlPlane")],
  ["three control planes", more(2, "controlPlane")],
  ["256 boards", more(253, "worker")],
  ["boards by RAM and cores", setBoard(1, { model: undefined, ram: 1024, cores: 4 })],
  ["a board with less RAM than its model", setBoard(1, { ram: 512 })],
  ["a dead board that nothing is on", all(more(1, "worker"), setBoard(3, { dead: true }))],
  ["Kubernetes 1.37 with containerd 2", set("cluster", { version: "1.37.1" })],
  ["a machine in between", set("ssh", { jump: { host: "gate.example.com", user: "me", hostKey } })],
  ["pods in 172.16.0.0/16", set("cluster", { podSubnet: "172.16.0.0/16" })],
  [
    "boards in the services' usual range, and services elsewhere",
    all(setBoard(1, { host: "10.100.0.7" }), set("cluster", { serviceSubnet: "172.20.0.0/16" })),
  ],
  ["data on a disk", set("storage", { directory: "/mnt/disk" })],
];

it("there are enough good ones", () => expect(good.length).toBeGreaterThanOrEqual(15));

it.each(good)("accepts %s", (what, change) => {
  // The small ones need their sections to fit what is left.
  const fitted =
    what === "a lone control plane"
      ? all(change, set("ingress", { board: "pi" }), set("storage", { board: "pi" }))
      : change;
  expect(faultsOf(file(fitted))).toEqual({});
});
