import type { Config } from "./files.ts";

/** An app that is right in every point, of which each case changes one. */
export function rightApp(): Config {
  return {
    image: "ghcr.io/example/wiki:1.2.3",
    memory: { request: "64Mi", limit: "128Mi" },
    port: 8080,
    volumes: { data: "/data" },
  };
}

/** What is laid over the right app (`undefined` removes), the setting that is named, its code, and a part of its fix. */
export type WrongApp = readonly [changes: Config, setting: string, code: string, fix: string];

const udp = { port: 5353, protocol: "UDP" };
const memory = (request: unknown, limit: unknown) => ({ memory: { request, limit } });
const backup = (values: Config) => ({ backup: values });

export const wrongApps: Readonly<Record<string, WrongApp>> = {
  // Image
  "no image": [{ image: undefined }, "image", "missing", "Its image, with an exact tag"],
  "the tag latest": [{ image: "wiki:latest" }, "image", "invalid", "Use an exact tag, such as :1.2.3"],
  "no tag": [{ image: "ghcr.io/example/wiki" }, "image", "invalid", "Add an exact one"],
  "a tag that moves": [{ image: "wiki:3" }, "image", "invalid", "Use an exact tag"],
  "half a digest": [{ image: "wiki@sha256:0123" }, "image", "invalid", "@sha256: with 64 digits"],
  "an image with a scheme": [{ image: "https://ghcr.io/wiki:1.2.3" }, "image", "invalid", "without a scheme"],
  "an image in capitals": [{ image: "Example/Wiki:1.2.3" }, "image", "invalid", "in lower case"],
  // Memory and CPU
  "no memory": [{ memory: undefined }, "memory", "missing", "How much memory it takes"],
  "no memory limit": [memory("64Mi", undefined), "memory.limit", "missing", "The kernel stops it"],
  "a request above the limit": [memory("256Mi", "128Mi"), "memory", "invalid", "Lower the request"],
  "memory without a unit": [memory(64, "128Mi"), "memory.request", "invalid", "such as 64Mi or 1Gi"],
  "memory in MB": [memory("64MB", "128Mi"), "memory.request", "invalid", "such as 64Mi or 1Gi"],
  "CPU in words": [{ cpu: "half" }, "cpu", "invalid", "such as 50m or 0.5"],
  // Host and access
  "UDP with a host": [
    {
      port: undefined,
      boardPorts: [udp],
      board: "pi3-2",
      host: "wiki",
      access: "lan",
      probe: { command: ["true"] },
    },
    "access",
    "access-without-port",
    "UDP has no host",
  ],
  "a connection to nothing known": [
    { reaches: ["internet", "lan", "databse"] },
    "reaches[2]",
    "reaches-unknown",
    '"databse" is none of internet, lan',
  ],
  "a connection to itself": [{ reaches: ["wiki"] }, "reaches[0]", "reaches-unknown", "Correct or remove it"],
  "a host without access": [{ access: "none", host: "w" }, "host", "host-without-access", "Remove it"],
  "login paths without access": [
    { access: "none", loginPaths: [] },
    "loginPaths",
    "host-without-access",
    "Remove it",
  ],
  "an unknown access": [
    { access: "private" },
    "access",
    "unknown-value",
    "Allowed: public, login, lan, none",
  ],
  "public without its login paths": [
    { access: "public" },
    "loginPaths",
    "login-paths-missing",
    "or [] if there are none",
  ],
  "a login that the entrance has not": [
    { access: "login" },
    "access",
    "access-without-login",
    "ingress.login",
  ],
  "a login path that is a url": [
    { access: "public", loginPaths: ["https://wiki/login"] },
    "loginPaths[0]",
    "invalid",
    "such as /login",
  ],
  "a host with dots": [{ host: "wiki.home" }, "host", "invalid", "such as wiki-home"],
  "the host of Gogs": [{ host: "gogs" }, "host", "app-host-taken", "already the host of gogs"],
  "the host of the address": [{ host: "entrance" }, "host", "app-host-taken", "use another one"],
  // Ports
  "the port of Traefik": [
    { boardPorts: [{ port: 443, protocol: "TCP" }], board: "pi3-1", volumes: {} },
    "boardPorts[0].port",
    "port-taken",
    "already used by Traefik",
  ],
  "the port of git": [
    { boardPorts: [{ port: 2222, protocol: "TCP" }] },
    "boardPorts[0].port",
    "port-taken",
    "already used by gogs",
  ],
  "the port of the board's SSH": [
    { boardPorts: [{ port: 22, protocol: "TCP" }] },
    "boardPorts[0].port",
    "port-taken",
    "SSH server",
  ],
  "the kubelet's port": [
    { boardPorts: [{ port: 10_250, protocol: "TCP" }] },
    "boardPorts[0].port",
    "port-taken",
    "the kubelet",
  ],
  "DogStatsD's port": [
    { boardPorts: [{ port: 8125, protocol: "UDP" }] },
    "boardPorts[0].port",
    "port-taken",
    "DogStatsD",
  ],
  "a port of Services": [
    { boardPorts: [{ port: 30_125, protocol: "UDP" }] },
    "boardPorts[0].port",
    "port-taken",
    "30000 to 32767",
  ],
  "a port twice": [{ boardPorts: [udp, udp] }, "boardPorts[1].port", "port-taken", "use another port"],
  "a port of any board": [
    { boardPorts: [udp], volumes: {} },
    "board",
    "port-without-board",
    "the board whose address clients use",
  ],
  "a port above all": [{ port: 70_000 }, "port", "invalid", "1 to 65535"],
  "an unknown protocol": [
    { boardPorts: [{ port: 5353, protocol: "udp" }] },
    "boardPorts[0].protocol",
    "unknown-value",
    'Did you mean "UDP"?',
  ],
  // Boards
  "a board that there is not": [{ board: "pi3-9", volumes: {} }, "board", "board-unknown", "Did you mean"],
  "a volume on a board that there is not": [
    { storage: { board: "pi5-1" } },
    "storage.board",
    "board-unknown",
    "Allowed: pi3-1, pi3-2",
  ],
  "a volume on a dead board": [
    { storage: { board: "pi3-3" } },
    "storage.board",
    "board-dead",
    "Name the board that takes over",
  ],
  "the control plane": [{ board: "pi4-1", volumes: {} }, "board", "board-takes-no-apps", "Allowed: pi3-1"],
  "a board beside its data": [{ board: "pi3-1" }, "board", "board-beside-data", "set storage.board to it"],
  "an architecture that its board has not": [
    { architecture: "amd64", board: "pi3-1", volumes: {} },
    "architecture",
    "board-of-other-architecture",
    "Name another board",
  ],
  // Volumes and files
  "a relative path": [{ volumes: { data: "data" } }, "volumes.data", "invalid", "absolute path"],
  "a path with ..": [{ volumes: { data: "/data/../etc" } }, "volumes.data", "invalid", "must not contain"],
  "a volume inside another": [
    { volumes: { data: "/data", cache: "/data/cache" } },
    "volumes.cache",
    "path-taken",
    "is inside volumes.data",
  ],
  "a volume over the system": [{ volumes: { data: "/proc/data" } }, "volumes.data", "invalid", "belongs to"],
  "a volume at /tmp": [{ volumes: { data: "/tmp" } }, "volumes.data", "path-taken", "empty at each start"],
  "a file twice": [
    { files: { "/etc/wiki.conf": "a" }, secretFiles: { "/etc/wiki.conf": "b" } },
    'secretFiles["/etc/wiki.conf"]',
    "path-taken",
    "already that of files",
  ],
  "a volume's name with a space": [
    { volumes: { "my data": "/data" } },
    "volumes.my data",
    "invalid-name",
    "my-data",
  ],
  "NFS that there is not": [
    { storage: { volume: "nfs" } },
    "storage.volume",
    "volume-without-nfs",
    "storage.nfs with server and path",
  ],
  "a size in words": [{ storage: { size: "big" } }, "storage.size", "invalid", "such as 64Mi or 1Gi"],
  // Backups
  "sqlite without its database": [
    backup({ quiesce: "sqlite" }),
    "backup.database",
    "database-missing",
    "such as data/db.sqlite3",
  ],
  "a database that is only stopped": [
    backup({ database: "data/wiki.db" }),
    "backup.database",
    "database-without-sqlite",
    "needs quiesce: sqlite",
  ],
  "a database outside": [
    backup({ quiesce: "sqlite", database: "../wiki.db" }),
    "backup.database",
    "invalid",
    "begins with the volume's name",
  ],
  "a database in no volume": [
    backup({ quiesce: "sqlite", database: "db/wiki.db" }),
    "backup.database",
    "path-without-volume",
    "Volumes: data",
  ],
  "an unknown way to quiesce": [
    backup({ quiesce: "freeze" }),
    "backup.quiesce",
    "unknown-value",
    "Allowed: stop, sqlite, none",
  ],
  "a backup that is no id": [
    backup({ restore: "yesterday" }),
    "backup.restore",
    "invalid",
    "id of a snapshot",
  ],
  // Environment
  "a secret in plain": [
    { environment: { ADMIN_PASSWORD: "hunter22hunter22" } },
    "environment.ADMIN_PASSWORD",
    "secret-in-plain",
    "secretEnvironment.ADMIN_PASSWORD",
  ],
  "a secret in a file": [
    { files: { "/etc/wiki.conf": "password = abcdefgh12345678\n" } },
    'files["/etc/wiki.conf"]',
    "secret-in-plain",
    "secretFiles",
  ],
  "a secret in the command": [
    { command: ["wiki", "--token", "abcdefgh12345678"] },
    "command",
    "secret-in-plain",
    "Use secretEnvironment",
  ],
  "a variable twice": [
    { environment: { MODE: "a" }, generatedEnvironment: ["MODE"] },
    "generatedEnvironment[0]",
    "variable-taken",
    "Remove one of them",
  ],
  "a variable with a hyphen": [
    { environment: { "MY-VAR": "a" } },
    "environment.MY-VAR",
    "invalid-name",
    "letters",
  ],
  "a list as a variable": [{ environment: { MODE: ["a"] } }, "environment.MODE", "invalid", "must be a text"],
  // User and security
  "a user by name": [{ user: "www-data" }, "user", "invalid", "docker run --rm IMAGE id"],
  "a user below 0": [{ user: -1 }, "user", "invalid", "0 or more"],
  "a capability that is none": [
    { security: { capabilities: ["CAP_NET_ADMIN"] } },
    "security.capabilities[0]",
    "invalid",
    "without CAP_",
  ],
  "a device without privileges": [
    { devices: ["/dev/ttyUSB0"] },
    "devices",
    "device-unprivileged",
    "security.privileged: true",
  ],
  "a device that is none": [
    { devices: ["ttyUSB0"], security: { privileged: true } },
    "devices[0]",
    "invalid",
    "such as /dev/ttyUSB0",
  ],
  // Schedule and probes
  "a schedule of six fields": [
    { schedule: "0 0 3 * * *", port: undefined },
    "schedule",
    "invalid",
    "five fields",
  ],
  "a schedule with a port": [{ schedule: "0 3 * * *" }, "port", "schedule-with-port", "Remove one of them"],
  "a schedule that is stopped": [
    { schedule: "0 3 * * *", port: undefined, backup: { quiesce: "stop" } },
    "backup.quiesce",
    "schedule-with-stop",
    "sqlite or none",
  ],
  "no probe": [{ port: undefined }, "probe.command", "probe-missing", "a command that succeeds"],
  "two probes": [{ probe: { path: "/", command: ["true"] } }, "probe", "probe-twice", "Keep one"],
  "a start of seconds": [{ probe: { startSeconds: 10 } }, "probe.startSeconds", "invalid", "300 or more"],
  // The rest
  "an unknown setting": [{ memroy: {} }, "memroy", "unknown-setting", 'Did you mean "memory"?'],
  "an unknown priority": [{ priority: "high" }, "priority", "unknown-value", "Allowed: app, observing"],
  "nothing at all": [{}, "", "empty", "It needs: image, memory"],
};
