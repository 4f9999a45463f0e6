import { expect, it } from "vitest";
import { endpointName } from "../../components/kubeadm/clusterLayout.ts";
import {
  board,
  type Change,
  type Config,
  errorsOf,
  file,
  hostKeyOf,
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
        host: `172.20.${i >> 7}.${(i & 127) + 1}`,
        hostKey: hostKeyOf(1000 + i),
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
/** Every board has a disk for its data. */
const everyDisk = (): Change => (config) => {
  for (const each of config["bramble:boards"] as Config[]) each.disk = { id: "usb-x" };
};

const volumes = (...some: Config[]) => set("storage", { volumes: some });

/** What is done to the file, the setting that is named, the error's code, and a part of its words where they vary. */
const bad: [Change, string, string, string?][] = [
  // Sections and namespaces
  [(config) => (config["bramble:gosg"] = {}), "gosg", "unknown-setting", 'Did you mean "gogs"?'],
  [
    (config) => (config["bramble:evictionHard"] = "50Mi"),
    "evictionHard",
    "unknown-setting",
    "unknown setting",
  ],
  [
    (config) => (config["bramble:backups"] = { daily: true }),
    "backups",
    "unknown-setting",
    "unknown setting",
  ],
  [leaveOut("boards"), "boards", "missing", "is missing"],
  [leaveOut("domain"), "domain", "missing", "is missing"],
  [leaveOut("storage"), "gogs", "needs-section"],
  [all(leaveOut("datadog")), "sensors", "needs-section"],
  // Boards
  [boards(), "boards", "invalid", "must have at least one board"],
  [(config) => (config["bramble:boards"] = { name: "pi" }), "boards", "invalid", "must be a list of boards"],
  [all(more(1, "worker"), setBoard(3, { name: "Pi3_1" })), "boards[3].name", "invalid", "lower-case letters"],
  [all(more(1, "worker"), setBoard(3, { name: "pi4-1" })), "boards[3].name", "name-taken"],
  [setBoard(2, { host: "192.168.1.11" }), "boards[2].host", "host-taken"],
  [setBoard(1, { host: "127.0.0.1" }), "boards[1].host", "invalid", "is a loopback address"],
  [setBoard(1, { host: "localhost" }), "boards[1].host", "invalid", "is a loopback address"],
  [setBoard(1, { host: "0.0.0.0" }), "boards[1].host", "invalid", "is a loopback address"],
  // Hosts that look right
  [
    setBoard(1, { host: "pi3-1.local" }),
    "boards[1].host",
    "invalid",
    "kubeadm and kube-proxy do not use mDNS: set the IP address",
  ],
  [
    setBoard(1, { host: "Pi3-1.Local." }),
    "boards[1].host",
    "invalid",
    "written without the dot at its end: pi3-1.local",
  ],
  [
    setBoard(1, { host: "pi3-1.lan." }),
    "boards[1].host",
    "invalid",
    "without the dot at its end: pi3-1.lan.",
  ],
  [
    setBoard(1, { host: "Pi3-1.lan" }),
    "boards[1].host",
    "invalid",
    "must be written in lower case: pi3-1.lan.",
  ],
  [
    setBoard(1, { host: "pi_3.lan" }),
    "boards[1].host",
    "invalid",
    "has an underscore, which is not allowed in a host name",
  ],
  [setBoard(1, { host: "küche.lan" }), "boards[1].host", "invalid", "in its ASCII form: xn--kche-0ra.lan."],
  [setBoard(1, { host: "192.168.1.11:22" }), "boards[1].host", "invalid", "remove the port"],
  [setBoard(1, { host: "pi@192.168.1.11" }), "boards[1].host", "invalid", "remove the user"],
  [setBoard(1, { host: "http://pi3-1.lan" }), "boards[1].host", "invalid", "remove the scheme and the path"],
  [
    setBoard(1, { host: "192.168.1.300" }),
    "boards[1].host",
    "invalid",
    "must be an address of four numbers, 0 to 255",
  ],
  [
    setBoard(1, { host: "192.168.1" }),
    "boards[1].host",
    "invalid",
    "must be an address of four numbers, 0 to 255",
  ],
  [setBoard(1, { host: "192.168.1.010" }), "boards[1].host", "invalid", "others reject: write 192.168.1.10."],
  [
    setBoard(1, { host: "fd00::10" }),
    "boards[1].host",
    "invalid",
    "the ranges of pods and services are IPv4; use the IPv4 address",
  ],
  [setBoard(1, { host: "fe80::1" }), "boards[1].host", "invalid", "is an IPv6 address"],
  [setBoard(1, { host: "::ffff:192.168.1.11" }), "boards[1].host", "invalid", "is an IPv6 address"],
  [setBoard(1, { host: "169.254.12.3" }), "boards[1].host", "invalid", "is a link-local address"],
  [setBoard(1, { host: "224.0.0.251" }), "boards[1].host", "invalid", "is a multicast address"],
  [setBoard(1, { host: "255.255.255.255" }), "boards[1].host", "invalid", "is a broadcast address"],
  [setBoard(1, { host: "192.168.0.0" }), "boards[1].host", "invalid", "is the address of a network"],
  [setBoard(1, { host: "10.255.255.255" }), "boards[1].host", "invalid", "is a broadcast address"],
  ...[
    "api.local:6443",
    "127.0.0.1:6443",
    "[fd00::1]:6443",
    "fd00::1",
    "10.0.0.010:6443",
    "api.lan:99999",
    "https://api.lan:6443",
  ].map((endpoint): (typeof bad)[number] => [
    set("cluster", { controlPlaneEndpoint: endpoint }),
    "cluster.controlPlaneEndpoint",
    "invalid",
    JSON.stringify(endpoint),
  ]),
  [
    set("cluster", { controlPlaneEndpoint: "Api.lan" }),
    "cluster.controlPlaneEndpoint",
    "invalid",
    "in lower case: api.lan",
  ],
  [
    set("cluster", { timeServers: ["pool.ntp.org iburst"] }),
    "cluster.timeServers[0]",
    "invalid",
    "must be an address or a host name",
  ],
  [
    set("cluster", { timeServers: ["192.168.1.1", "192.168.001.1"] }),
    "cluster.timeServers[1]",
    "invalid",
    "write 192.168.1.1.",
  ],
  [set("cluster", { timeServers: ["fe80::1%eth0"] }), "cluster.timeServers[0]", "invalid", "has a zone"],
  [
    set("cluster", { imageRepository: "http://192.168.1.05:5000" }),
    "cluster.imageRepository",
    "invalid",
    "write 192.168.1.5.",
  ],
  [
    set("ssh", { jump: { host: "my_gate", user: "me", hostKey: hostKeyOf(999) } }),
    "ssh.jump.host",
    "invalid",
    "underscore",
  ],
  [
    set("storage", { nfs: { server: "127.0.0.1", path: "/data" } }),
    "storage.nfs.server",
    "invalid",
    "is a loopback address",
  ],
  [
    set("storage", { nfs: { server: "nas.lan:/data", path: "/data" } }),
    "storage.nfs.server",
    "invalid",
    "must be an address or a host name",
  ],
  ...(
    [
      ["schedule", "daily", "must be five fields of cron, such as 17 3 * * *"],
      ["schedule", "17 3 * * 7", "must be five fields of cron, such as 17 3 * * *"],
      ["schedule", "never", "must be five fields of cron, such as 17 3 * * *"],
      [
        "schedule",
        "60 3 * * *",
        "must be five fields of cron, such as 17 3 * * *: Invalid value for minute: 60",
      ],
      ["test", "0 4 30 2 *", '"0 4 30 2 *" never runs'],
      ["test", "off", "must be five fields of cron, such as 47 4 * * 0, or never"],
    ] as const
  ).map(([key, value, words]): (typeof bad)[number] => [
    set("backup", { board: "pi3-1", [key]: value }),
    `backup.${key}`,
    "invalid",
    words,
  ]),
  [
    set("backup", {
      s3: { endpoint: "http://minio.local:9000", bucket: "b-1" },
      accessKey: "a",
      secretKey: "s",
    }),
    "backup.s3.endpoint",
    "invalid",
    "names a host that ends in .local, but pods do not use mDNS",
  ],
  [
    set("backup", {
      s3: { endpoint: "http://localhost:9000", bucket: "b-1" },
      accessKey: "a",
      secretKey: "s",
    }),
    "backup.s3.endpoint",
    "invalid",
    "names a host that is a loopback address",
  ],
  [acme({ directory: "https://ca.local/acme" }), "ingress.acme.directory", "invalid", "pods do not use mDNS"],
  [set("dns", { addresses: ["127.0.0.1"] }), "dns.addresses[0]", "invalid", "is a loopback address"],
  [set("dns", { addresses: ["203.0.113.07"] }), "dns.addresses[0]", "invalid", "write 203.0.113.7."],
  [
    set("ingress", { trustedProxies: ["010.0.0.0/8"] }),
    "ingress.trustedProxies[0]",
    "invalid",
    "write 10.0.0.0.",
  ],
  [
    set("ingress", { trustedProxies: ["192.168.1.2"] }),
    "ingress.trustedProxies[0]",
    "invalid",
    "192.168.1.2/32 for this one",
  ],
  [
    set("ingress", { trustedProxies: ["192.168.1.0/33"] }),
    "ingress.trustedProxies[0]",
    "invalid",
    "must be an address range",
  ],
  // A copied card
  [
    setBoard(2, { hostKey: `${hostKeyOf(2)} root@pi3-1` }),
    "boards[2].hostKey",
    "host-key-taken",
    "is the key of boards[1], too",
  ],
  [
    setBoard(2, { hostKey: hostKeyOf(2) }),
    "boards[2].hostKey",
    "host-key-taken",
    'Give "pi3-2" its own: sudo rm /etc/ssh/ssh_host_* && sudo ssh-keygen -A; sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup',
  ],
  // Boards that are none
  [boards(null), "boards[0]", "empty", "is empty. It needs: name, role, host."],
  [
    (config) => void (config["bramble:boards"] as unknown[]).push("pi3-3"),
    "boards[3]",
    "not-a-map",
    '"pi3-3" must be a map of settings, { name: …, role: …, host: …, model: … }',
  ],
  [boards(["pi3-1"]), "boards[0]", "not-a-map", "must be a map of settings"],
  ...["master", "control-plane", "control_plane", "server", "etcd", "Manager"].map(
    (role): (typeof bad)[number] => [
      setBoard(0, { role }),
      "boards[0].role",
      "unknown-value",
      `${JSON.stringify(role)} is not known. Allowed: controlPlane, worker. Did you mean "controlPlane"?`,
    ],
  ),
  ...["agent", "node", "kube_node", "slave", "Workers"].map((role): (typeof bad)[number] => [
    setBoard(1, { role }),
    "boards[1].role",
    "unknown-value",
    `${JSON.stringify(role)} is not known. Allowed: controlPlane, worker. Did you mean "worker"?`,
  ]),
  // Dead boards
  [
    all(more(2, "worker"), setBoard(3, { dead: true }), set("gogs", { board: "more-0" })),
    "gogs.board",
    "board-dead",
    '"more-0" is marked dead. Name the board that takes over, and restore the data there. Allowed: pi3-1, pi3-2, more-1.',
  ],
  [
    all(more(2, "worker"), setBoard(3, { dead: true }), set("backup", { board: "more-0" })),
    "backup.board",
    "board-dead",
    '"more-0" is marked dead. Name the board that takes over; the backups on it are lost',
  ],
  [
    all(more(2, "worker"), setBoard(3, { dead: true }), set("sensors", { board: "more-0" })),
    "sensors.board",
    "board-dead",
    "npm run esphome",
  ],
  [
    all(
      more(2, "controlPlane"),
      setBoard(0, { dead: true }),
      setBoard(3, { dead: true }),
      setBoard(4, { dead: true }),
    ),
    "boards[4].dead",
    "control-planes-dead",
  ],
  // Directories
  [
    set("backup", { board: "pi3-1", directory: "/tmp" }),
    "backup.directory",
    "directory-fleeting",
    '"/tmp" is emptied by a restart. Use /var/lib/bramble-backups, or a directory on a disk.',
  ],
  ...["/tmp/b", "/run/backups", "/var/tmp/b"].map((directory): (typeof bad)[number] => [
    set("backup", { board: "pi3-1", directory }),
    "backup.directory",
    "directory-fleeting",
    "which a restart empties. Use /var/lib/bramble-backups, or a directory on a disk.",
  ]),
  [
    set("backup", { board: "pi3-1", directory: "/var/lib" }),
    "backup.directory",
    "directory-of-system",
    "holds /var/lib/kubelet, which belongs to the system",
  ],
  [
    set("backup", { board: "pi3-1", directory: "/home/pi" }),
    "backup.directory",
    "backup-directory-shared",
    "could no longer log in by SSH",
  ],
  [
    set("backup", { board: "pi3-1", directory: "/var/lib/bramble" }),
    "backup.directory",
    "backup-directory-shared",
    "/var/lib/bramble/traefik",
  ],
  [
    set("backup", { board: "pi3-1", directory: "/srv/../tmp" }),
    "backup.directory",
    "invalid",
    "must not contain . or .. as a folder",
  ],
  [
    set("backup", { nfs: { server: "nas.lan", path: "/b" }, etcd: "/tmp/snapshots" }),
    "backup.etcd",
    "directory-fleeting",
    "which a restart empties. Use /var/lib/bramble/snapshots",
  ],
  [
    set("backup", { nfs: { server: "nas.lan", path: "/b" }, keep: { daily: 0, weekly: 0, monthly: 0 } }),
    "backup.keep",
    "backup-keeps-none",
  ],
  // The smaller and the larger
  [
    set("sensors", { humidity: { min: 70, max: 30 } }),
    "sensors.humidity.min",
    "humidity-crossed",
    "70 is not below humidity.max, 30",
  ],
  [
    set("sensors", { humidity: { min: 80 } }),
    "sensors.humidity.min",
    "humidity-crossed",
    "80 is not below humidity.max, 70",
  ],
  [
    set("sensors", { humidity: { max: 30 } }),
    "sensors.humidity.min",
    "humidity-crossed",
    "30 is not below humidity.max, 30",
  ],
  // Sections that are none
  [
    (config) => (config["bramble:gogs"] = null),
    "gogs",
    "empty",
    "is empty. Write {} for the defaults, or remove it.",
  ],
  [(config) => (config["bramble:ingress"] = null), "ingress", "empty", "is empty. It needs: board."],
  [
    (config) => (config["bramble:ingress"] = "pi3-1"),
    "ingress",
    "not-a-map",
    '"pi3-1" must be a map of settings, { board: …,',
  ],
  [(config) => (config["bramble:domain"] = null), "domain", "empty", "is empty. It is: The domain"],
  [setBoard(1, { host: "pi three" }), "boards[1].host", "invalid", "must be an address or a host name"],
  [setBoard(1, { model: "rpi-3c" }), "boards[1].model", "unknown-value", 'Did you mean "rpi-3b"?'],
  [setBoard(0, { model: "tinker-board" }), "boards[0].model", "unknown-value", "32-bit"],
  [setBoard(1, { model: "rpi-zero" }), "boards[1].model", "unknown-value", "Zero 2 W"],
  [without(1, "model"), "boards[1]", "model-missing"],
  [all(without(1, "model"), setBoard(1, { ram: 1024 })), "boards[1]", "model-missing"],
  [
    setBoard(1, { ram: 4096 }),
    "boards[1].ram",
    "beyond-model",
    "4096 is more than a Raspberry Pi 3 Model B has (1024)",
  ],
  [setBoard(1, { ram: 64 }), "boards[1].ram", "invalid", "256 or more"],
  [setBoard(1, { ram: "1Gi" }), "boards[1].ram", "invalid", "must be a whole number of MiB"],
  [
    setBoard(1, { cores: 8 }),
    "boards[1].cores",
    "beyond-model",
    "8 is more than a Raspberry Pi 3 Model B has (4)",
  ],
  [setBoard(1, { cores: 0 }), "boards[1].cores", "invalid", "must be 1 or more"],
  [setBoard(1, { arch: "amd64" }), "boards[1].arch", "beyond-model", "which is arm64. Omit arch"],
  [setBoard(1, { arch: "armv7" }), "boards[1].arch", "unknown-value", "Allowed: arm64, amd64."],
  [
    all(more(1, "controlPlane"), setBoard(3, { role: "master" })),
    "boards[3].role",
    "unknown-value",
    "Allowed: controlPlane, worker.",
  ],
  [setBoard(0, { role: "worker" }), "boards", "no-control-plane"],
  [setBoard(1, { user: "Pi User" }), "boards[1].user", "invalid", "must be a login"],
  [
    without(1, "hostKey"),
    "boards[1].hostKey",
    "host-key-missing",
    "npm run card -- home pi3-1 --to DIR. If the board is running already: npm run card -- home --scan",
  ],
  [
    setBoard(1, { hostKey: "192.168.1.11 ssh-ed25519 AAAA" }),
    "boards[1].hostKey",
    "host-key",
    "remove the first word",
  ],
  [setBoard(1, { port: 70000 }), "boards[1].port", "invalid", "1 to 65535"],
  [setBoard(0, { dead: true }), "boards[0].dead", "control-planes-dead"],
  [setBoard(1, { dead: "yes" }), "boards[1].dead", "invalid", "must be true or false"],
  [setBoard(1, { eviction: "50Mi" }), "boards[1].eviction", "unknown-setting", "unknown setting"],
  // A volume and the entrance on boards
  [setBoard(2, { dead: true }), "storage.board", "board-dead", '"pi3-2" is marked dead'],
  [setBoard(1, { dead: true }), "ingress.board", "board-dead", '"pi3-1" is marked dead'],
  [set("storage", { board: "pi3-3" }), "storage.board", "board-unknown", 'there is no board "pi3-3"'],
  [set("ingress", { board: "pi31" }), "ingress.board", "board-unknown", 'Did you mean "pi3-1"?'],
  [set("ingress", { board: "pi4-1" }), "ingress.board", "board-takes-no-apps"],
  [setBoard(1, { taints: ["media"] }), "boards[1].taints[0]", "invalid", "must be a taint such as"],
  [setBoard(1, { taints: ["media:Never"] }), "boards[1].taints[0]", "invalid", "must be a taint such as"],
  [
    setBoard(0, { taints: ["node-role.kubernetes.io/control-plane:NoSchedule"] }),
    "boards[0].taints[0]",
    "invalid",
    "is kubeadm's own",
  ],
  [setBoard(1, { taints: ["dedicated=media:NoSchedule"] }), "ingress.board", "board-tainted"],
  [set("storage", { directory: "data" }), "storage.directory", "invalid", "must be an absolute path"],
  [
    set("storage", { directory: "/tmp/data" }),
    "storage.directory",
    "directory-fleeting",
    "which a restart empties",
  ],
  [
    set("storage", { directory: "/var/lib/etcd" }),
    "storage.directory",
    "directory-of-system",
    "which belongs to the system",
  ],
  [
    set("storage", { directory: "/var/lib/bramble-disk" }),
    "storage.directory",
    "directory-of-system",
    "holds /var/lib/bramble-disk/images",
  ],
  [
    set("storage", { directory: "/var/lib/bramble-disk/data" }),
    "storage.directory",
    "directory-beside-disk",
    "has none for data",
  ],
  [
    all(everyDisk(), set("storage", { directory: "/srv/data" })),
    "storage.directory",
    "directory-beside-disk",
    "is on the card of",
  ],
  // Volumes for what others deploy
  [volumes({ name: "Blog", size: "1Gi" }), "storage.volumes[0].name", "invalid"],
  [volumes({ name: "blog", size: "1G" }), "storage.volumes[0].size", "invalid", "such as 512Mi or 8Gi"],
  [volumes({ name: "blog" }), "storage.volumes[0].size", "missing"],
  [
    volumes({ name: "blog", size: "1Gi", claim: "uploads" }),
    "storage.volumes[0].claim",
    "invalid",
    "such as blog/data",
  ],
  [volumes({ name: "blog", size: "1Gi", board: "pi3-9" }), "storage.volumes[0].board", "board-unknown"],
  [volumes({ name: "blog", size: "1Gi", board: "pi4-1" }), "storage.volumes[0].board", "board-takes-no-apps"],
  [
    volumes({ name: "blog", size: "1Gi" }, { name: "blog", size: "2Gi", board: "pi3-1" }),
    "storage.volumes[1].name",
    "volume-name-taken",
    "use another name",
  ],
  [
    volumes({ name: "a", size: "1Gi", claim: "blog/data" }, { name: "b", size: "1Gi", claim: "blog/data" }),
    "storage.volumes[1].claim",
    "volume-claim-taken",
    '"blog/data" already has the volume a',
  ],
  [
    all(leaveOut("gogs", "storage"), set("storage", { volumes: [{ name: "blog", size: "1Gi" }] })),
    "storage.volumes[0].board",
    "volume-without-board",
    "storage.board",
  ],
  [set("storage", { defaultClass: true }), "storage.defaultClass", "class-without-volumes", "Add volumes"],
  // Disks
  ...["/dev/sda", "/dev/disk/by-id/usb-x", "usb-x-part1", "../sda1", "usb x", "", "usb/x"].map(
    (id): (typeof bad)[number] => [setBoard(1, { disk: { id } }), "boards[1].disk.id", "invalid"],
  ),
  [setBoard(1, { disk: { id: "usb-x", for: [] } }), "boards[1].disk.for", "invalid", "must have one of data"],
  [setBoard(1, { disk: { id: "usb-x", for: ["data", "data"] } }), "boards[1].disk.for", "invalid", "twice"],
  [setBoard(1, { disk: { id: "usb-x", for: ["swap"] } }), "boards[1].disk.for[0]", "unknown-value", "images"],
  [
    setBoard(1, { disk: { id: "usb-x", for: ["etcd"] } }),
    "boards[1].disk.for",
    "disk-without-etcd",
    "Remove etcd",
  ],
  // Network
  [
    set("cluster", { podSubnet: "10.244.0.0/33" }),
    "cluster.podSubnet",
    "invalid",
    "must be an IPv4 network address",
  ],
  [
    set("cluster", { podSubnet: "10.244.1.0/16" }),
    "cluster.podSubnet",
    "invalid",
    "must be an IPv4 network address",
  ],
  [
    set("cluster", { podSubnet: "192.168.0.0/16" }),
    "cluster.podSubnet",
    "range-taken",
    "contains addresses of machines (192.168.1.10, ",
  ],
  [
    set("cluster", { podSubnet: "10.96.0.0/16" }),
    "cluster.podSubnet",
    "range-taken",
    "overlaps 10.96.0.0/12",
  ],
  [
    set("cluster", { podSubnet: "10.0.0.0/8" }),
    "cluster.podSubnet",
    "range-taken",
    "the addresses of services",
  ],
  [
    all(setBoard(1, { host: "10.100.0.7" })),
    "cluster.serviceSubnet",
    "range-taken",
    "contains addresses of machines (10.100.0.7). Use another range for the services, such as 172.20.0.0/16.",
  ],
  [
    all(setBoard(1, { host: "172.20.0.7" }), set("cluster", { serviceSubnet: "172.20.0.0/16" })),
    "cluster.serviceSubnet",
    "range-taken",
    "such as 10.96.0.0/12",
  ],
  [
    set("cluster", { serviceSubnet: "10.244.128.0/20" }),
    "cluster.serviceSubnet",
    "range-taken",
    "overlaps 10.244.0.0/16, the addresses of pods",
  ],
  [
    set("cluster", { podSubnet: "172.20.0.0/16", serviceSubnet: "172.16.0.0/12" }),
    "cluster.podSubnet",
    "range-taken",
    "overlaps 172.16.0.0/12, the addresses of services",
  ],
  [
    set("cluster", { podSubnet: "192.168.0.0/16", serviceSubnet: "192.168.64.0/20" }),
    "cluster.podSubnet",
    "range-taken",
    ") and overlaps 192.168.64.0/20, the addresses of services. Use another range for the pods, such as 10.244.0.0/16.",
  ],
  [
    set("cluster", { controlPlaneEndpoint: "10.97.0.1:6443" }),
    "cluster.serviceSubnet",
    "range-taken",
    "contains addresses of machines (10.97.0.1)",
  ],
  [
    set("storage", { nfs: { server: "10.244.7.7", path: "/data" } }),
    "cluster.podSubnet",
    "range-taken",
    "contains addresses of machines (10.244.7.7)",
  ],
  [
    set("cluster", { serviceSubnet: "10.192.0.0/11" }),
    "cluster.serviceSubnet",
    "invalid",
    "a prefix of 12 to 24",
  ],
  [
    set("cluster", { serviceSubnet: "10.96.0.1/12" }),
    "cluster.serviceSubnet",
    "invalid",
    "must be an IPv4 network address",
  ],
  [
    all(set("cluster", { podSubnet: "10.244.0.0/22" }), more(4, "worker")),
    "cluster.podSubnet",
    "range-too-small",
    "has a /24 for 4 boards, but there are 7",
  ],
  [
    set("ssh", { jump: { host: "10.244.0.1", user: "me", hostKey: hostKeyOf(999) } }),
    "cluster.podSubnet",
    "range-taken",
    "(10.244.0.1)",
  ],
  [
    set("ssh", { jump: { host: "gate", user: "me", hostKey: "AAAA" } }),
    "ssh.jump.hostKey",
    "host-key",
    "must be a public host key",
  ],
  [set("ssh", { jump: { host: "gate", user: "me" } }), "ssh.jump.hostKey", "missing", "is missing"],
  // Cluster
  [set("cluster", { version: "1.26.15" }), "cluster.version", "version-too-old"],
  [set("cluster", { version: "1.99.0" }), "cluster.version", "version-too-new"],
  [set("cluster", { version: "latest" }), "cluster.version", "invalid", "must be a version"],
  [
    set("cluster", { version: "1.37.1", containerd: "containerd" }),
    "cluster.containerd",
    "containerd-too-old",
  ],
  [
    set("cluster", {
      kubernetesRepository: {
        line: "deb https://mirror.example/v1.35/deb/ /",
        key: "https://mirror.example/key",
      },
    }),
    "cluster.kubernetesRepository.line",
    "repository-of-other-version",
  ],
  [
    set("cluster", { ignoredChecks: ["Mem"] }),
    "cluster.ignoredChecks",
    "renamed",
    "was renamed to bramble:cluster.ignorePreflightErrors.",
  ],
  [set("cluster", { network: "calico" }), "cluster.network", "unknown-value", "Allowed: flannel, none."],
  [set("cluster", { kubeconfig: "~/.kube/config" }), "cluster.kubeconfig", "kubeconfig-not-plain"],
  // Urls and certificates
  [(config) => (config["bramble:domain"] = "home"), "domain", "invalid", "must be a domain"],
  [
    (config) => (config["bramble:domain"] = "zuhause.müller.de"),
    "domain",
    "invalid",
    '"zuhause.müller.de" must be written in its ASCII form: zuhause.xn--mller-kva.de.',
  ],
  [
    (config) => (config["bramble:domain"] = "Home.Example.com"),
    "domain",
    "invalid",
    "in lower case: home.example.com.",
  ],
  [
    (config) => (config["bramble:domain"] = "home.example.com."),
    "domain",
    "invalid",
    "without the dot at its end",
  ],
  [(config) => (config["bramble:domain"] = "*.home.example.com"), "domain", "invalid", 'remove the "*."'],
  [set("dns", { zone: "müller.de" }), "dns.zone", "invalid", "in its ASCII form: xn--mller-kva.de."],
  [set("dns", { zone: "example.org" }), "dns.zone", "zone-without-domain"],
  [
    acme({ email: "me@müller.de" }),
    "ingress.acme.email",
    "invalid",
    "with its domain in ASCII: me@xn--mller-kva.de.",
  ],
  [set("gogs", { host: "büro" }), "gogs.host", "invalid", "63 at most, such as xn--bro-hoa."],
  [
    (config) => (config["bramble:domain"] = "co.uk"),
    "domain",
    "domain-public-suffix",
    "such as home.example.co.uk.",
  ],
  [
    (config) => (config["bramble:domain"] = "duckdns.org"),
    "domain",
    "domain-public-suffix",
    "such as myname.duckdns.org.",
  ],
  [
    (config) => (config["bramble:domain"] = "github.io"),
    "domain",
    "domain-public-suffix",
    "is a public suffix",
  ],
  [
    (config) => (config["bramble:domain"] = "home.me.duckdns.org"),
    "dns.zone",
    "zone-missing",
    'If "me.duckdns.org" is one, set the zone; otherwise remove bramble:dns',
  ],
  [
    all((config) => void (config["bramble:domain"] = "home.example.co.uk"), set("dns", { zone: "co.uk" })),
    "dns.zone",
    "zone-public-suffix",
    '"co.uk" is a public suffix, which can\'t be a zone. Omit it to use example.co.uk.',
  ],
  [
    set("dns", { zone: "co.uk" }),
    "dns.zone",
    "zone-public-suffix",
    '"co.uk" is a public suffix, which can\'t be a zone. Omit it to use example.com.',
  ],
  [
    all(
      (config) => void (config["bramble:domain"] = "zuhause.müller.de"),
      set("dns", { zone: "example.org" }),
    ),
    "domain",
    "invalid",
    "in its ASCII form: zuhause.xn--mller-kva.de.",
  ],
  [
    all(
      (config) => void (config["bramble:domain"] = "pi.lan"),
      set("ingress", { certificates: "selfSigned" }),
    ),
    "domain",
    "domain-private",
    "for which Cloudflare has no zone. Use your own domain, or remove bramble:dns.",
  ],
  [
    (config) => (config["bramble:domain"] = "pi.home.arpa"),
    "domain",
    "domain-private",
    "no authority issues certificates",
  ],
  [(config) => (config["bramble:domain"] = "home.local"), "domain", "domain-private", "ends in .local"],
  [set("cluster", { bootstrap: true }), "cluster.bootstrap", "removed", "Remove it: with cluster.kubeconfig"],
  [
    set("cluster", { bootstrap: false, kubeconfig: "kubeconfig.home" }),
    "cluster.bootstrap",
    "removed",
    "bramble deploys to that cluster and connects to no board",
  ],
  [
    all(setBoard(0, { host: "api.lan" }), set("cluster", { controlPlaneEndpoint: endpointName })),
    "boards[0].host",
    "endpoint-without-address",
    "Set the control plane's IP address",
  ],
  [
    set("cluster", { controlPlaneEndpoint: `${endpointName}:7443` }),
    "cluster.controlPlaneEndpoint",
    "endpoint-port",
    "the API servers listen on 6443",
  ],
  [acme({ email: "me" }), "ingress.acme.email", "invalid", "must be an e-mail address"],
  [
    acme({ challenge: "dns" }),
    "ingress.acme.challenge",
    "unknown-value",
    "Allowed: dns01, http01, tlsAlpn01.",
  ],
  [
    acme({ directory: "http://ca.example" }),
    "ingress.acme.directory",
    "invalid",
    "must be production, staging or the https url",
  ],
  [leaveOut("dns"), "ingress.acme.challenge", "dns01-without-dns"],
  [
    all(acme({ challenge: "tlsAlpn01" }), set("dns", { proxied: true })),
    "ingress.acme.challenge",
    "challenge-behind-proxy",
  ],
  [set("sensors", { host: "gogs" }), "sensors.host", "app-host-taken"],
  [set("headlamp", {}), "headlamp", "headlamp-without-login", "Set ingress.login.user"],
  [all(leaveOut("ingress", "dns", "gogs", "sensors"), set("headlamp", {})), "headlamp", "needs-section"],
  [
    all(
      set("headlamp", {}),
      set("ingress", { board: "pi3-1", login: { user: "me" }, trustedProxies: ["192.168.1.2/32"] }),
    ),
    "headlamp",
    "lan-behind-proxy",
    "ingress.trustedProxies: 192.168.1.2/32",
  ],
  [set("gogs", { host: "git.home" }), "gogs.host", "invalid", "lower-case letters"],
  [set("gogs", { size: "8GB" }), "gogs.size", "invalid", "must be a size such as 8Gi"],
  // Secrets
  [set("dns", { apiToken: "short" }), "dns.apiToken", "invalid", "must be a Cloudflare API token"],
  [
    (config) => delete section(config, "dns").apiToken,
    "dns.apiToken",
    "missing",
    "pulumi config set --secret",
  ],
  [set("datadog", { apiKey: "z".repeat(32) }), "datadog.apiKey", "invalid", "must be a Datadog API key"],
  [set("datadog", { site: "datadoghq.de" }), "datadog.site", "unknown-value", 'Did you mean "datadoghq.eu"?'],
  [
    set("ssh", { privateKey: "secret-key" }),
    "ssh.privateKey",
    "invalid",
    "must be a private key in OpenSSH form",
  ],
];

it("there are enough of them", () => expect(bad.length).toBeGreaterThanOrEqual(60));

it.each(bad.map(([change, setting, code, says = ""]) => [setting, code, says, change] as const))(
  "%s: %s %s",
  (setting, code, says, change) => {
    const text = file(change);
    const errors = errorsOf(text);
    expect(errors, text).toEqual([
      { path: `bramble:${setting}`, code, message: expect.stringContaining(says) as string },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/secret-key|t{40}|z{32}|0{32}|"short"/);
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
      (config) => (config["bramble:domain"] = "home.arpa"),
      leaveOut("dns"),
      set("ingress", { certificates: "selfSigned" }),
    ),
  ],
  ["a domain below three parts", (config) => (config["bramble:domain"] = "home.example.co.uk")],
  [
    "a name at DuckDNS, without dns",
    all(
      (config) => (config["bramble:domain"] = "me.duckdns.org"),
      leaveOut("dns"),
      acme({ challenge: "http01" }),
    ),
  ],
  [
    "a zone below a suffix that has an owner",
    all(
      (config) => (config["bramble:domain"] = "home.example.eu.org"),
      set("dns", { zone: "example.eu.org" }),
    ),
  ],
  ["a name of one label", setBoard(1, { host: "pi3-1" })],
  ["an address of Tailscale's", setBoard(1, { host: "100.64.0.7" })],
  ["time servers", set("cluster", { timeServers: ["pool.ntp.org", "192.168.1.1", "2606:4700:f1::1"] })],
  ["an API server by address and port", set("cluster", { controlPlaneEndpoint: "192.168.1.5:7443" })],
  ["backups in a home's folder", set("backup", { board: "pi3-1", directory: "/home/pi/backups" })],
  ["backups beside Traefik's data", set("backup", { board: "pi3-1", directory: "/var/lib/bramble/backups" })],
  ["http01 without dns", all(leaveOut("dns"), acme({ challenge: "http01" }))],
  ["another authority", acme({ directory: "https://ca.example/acme" })],
  [
    "somebody else's cluster",
    (config) => (config["bramble:cluster"] = { kubeconfig: "kubeconfig.home", network: "none" }),
  ],
  [
    "a lone control plane",
    boards({
      name: "pi",
      model: "rpi-5-8gb",
      role: "controlPlane",
      host: "pi.lan",
      user: "pi",
      hostKey: hostKeyOf(1),
    }),
  ],
  ["two control planes, on the way to three", more(1, "controlPlane")],
  ["three control planes", more(2, "controlPlane")],
  ["256 boards", more(253, "worker")],
  ["boards by RAM and cores", setBoard(1, { model: undefined, ram: 1024, cores: 4 })],
  ["a board with less RAM than its model", setBoard(1, { ram: 512 })],
  ["a dead board that nothing is on", all(more(1, "worker"), setBoard(3, { dead: true }))],
  ["Kubernetes 1.37 with containerd 2", set("cluster", { version: "1.37.1" })],
  [
    "a machine in between",
    set("ssh", { jump: { host: "gate.example.com", user: "me", hostKey: hostKeyOf(999) } }),
  ],
  ["pods in 172.16.0.0/16", set("cluster", { podSubnet: "172.16.0.0/16" })],
  [
    "boards in the services' usual range, and services elsewhere",
    all(setBoard(1, { host: "10.100.0.7" }), set("cluster", { serviceSubnet: "172.20.0.0/16" })),
  ],
  ["data on a disk", set("storage", { directory: "/mnt/disk" })],
  ["data on boards' disks", everyDisk()],
  ["a disk for everything", setBoard(0, { disk: { id: "nvme-Samsung_SSD_980", for: ["etcd", "images"] } })],
];

it("there are enough good ones", () => expect(good.length).toBeGreaterThanOrEqual(15));

it.each(good)("accepts %s", (what, change) => {
  // The small ones need their sections to fit what is left.
  const fitted =
    what === "a lone control plane"
      ? all(change, set("ingress", { board: "pi" }), set("storage", { board: "pi" }))
      : change;
  expect(errorsOf(file(fitted))).toEqual([]);
});
