import { entranceIn } from "../app/entrance.ts";
import { withDisk } from "../workload/disk.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import { type BackupPlan, repositoryVolumes } from "../app/backupTarget.ts";
import type { BackedUp } from "../app/backupWorkload.ts";
import { restoreContainer } from "../app/restoreContainer.ts";
import { type BoardDirectory, claimName } from "../app/volumes.ts";
import type { Container, PodSpec, Workload } from "../workload/workload.ts";
import { acmeOf, type TraefikConfigArgs } from "./traefikConfig.ts";
import { containerPlace } from "./traefikPlace.ts";
import { traefikImage } from "./images.ts";

/** What decides Traefik's pod. */
export interface TraefikWorkloadArgs extends Pick<
  TraefikConfigArgs,
  "namespace" | "certificates" | "acme" | "ssh"
> {
  /** The board to whose ports 80 and 443 the router forwards. */
  board: string;
  /**
   * Absolute path of the directory for all apps' data on `board`. With `certificates: "acme"` its `traefik` is for
   * Traefik alone; of an entrance in another namespace `traefik-<namespace>`.
   */
  directory: string;
  /** Given if there are users of the login to read. */
  login?: { user: string };
  /** How certificates and ACME's account are backed up; not at all if omitted. */
  backup?: BackupPlan;
}

const { ports: containerPorts, paths: traefikPaths } = containerPlace;

/** Names of the objects that Traefik's pod mounts. */
export const traefikObjects = {
  configuration: "traefik",
  dnsApiToken: "traefik-dns",
  users: "traefik-users",
} as const;

/** The directory of ACME's account key and certificates, as a volume. */
export function acmeDirectory({
  namespace,
  board,
  directory,
}: Pick<TraefikWorkloadArgs, "namespace" | "board" | "directory">): BoardDirectory {
  return { claim: "traefik-acme", board, path: `${directory}/${entranceIn(namespace).clusterName}` };
}

// MiB, measured with Traefik 3.7.9 on amd64, this configuration and one Ingress: 14 anonymous idle, 38 with 60
// connections that send 1,500 requests a second; and its own program's pages, 80 where there is room. With a
// limit of 112 for all of it, p99 was 0.4 s; with 96, 8.3 s, since its program was read again and again. With
// 3.7.11, five Ingresses and their limits: 25 anonymous after 5,000 wrong passwords as fast as they came.
const memoryRequest = 112;
const memoryLimit = 160;
/** User and group as whom it runs: `nonroot` of distroless images. */
export const traefikUser = 65532;

/** How ACME's account and certificates are backed up, if they are. */
export function traefikBackup(args: TraefikWorkloadArgs): BackedUp | undefined {
  if (!acmeOf(args) || !args.backup) return undefined;
  const { namespace, clusterName } = entranceIn(args.namespace);
  const source = {
    app: clusterName,
    namespace,
    data: acmeDirectory(args),
    user: traefikUser,
    watched: ".",
    excludes: ["data/lost+found"],
  };
  return { source, plan: args.backup };
}

/** Traefik's Deployment: one pod on the board that holds its certificates and to which the router forwards. */
export function traefikWorkload(args: TraefikWorkloadArgs): Workload {
  const { name, namespace, clusterName } = entranceIn(args.namespace);
  const acme = acmeOf(args);
  const mounts = [
    { name: "configuration", mountPath: traefikPaths.configuration, readOnly: true },
    ...(acme ? [{ name: "acme", mountPath: traefikPaths.acmeStorage }] : []),
    ...(args.login ? [{ name: "users", mountPath: traefikPaths.users, readOnly: true }] : []),
  ];
  const { backup } = args;
  // Certificates can be had anew: the entrance does not wait for a backup that cannot be reached.
  const optional = { app: clusterName, volume: "acme", which: "newest", isOptional: true };
  const restore = backup ? [restoreContainer(optional, backup)] : [];
  const usesToken = acme?.challenge === "dns01";
  const pod: PodSpec = {
    nodeSelector: { "kubernetes.io/hostname": args.board },
    priorityClassName: "bramble-entrance",
    serviceAccountName: name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      ...restrictedPod(traefikUser),
      // With `Always`, the kubelet would open acme.json to the group at each start, and Traefik refuses a file
      // that is open to more than its owner. So it may hand over the directory once, while that is empty.
      fsGroup: traefikUser,
      fsGroupChangePolicy: "OnRootMismatch",
    },
    ...(acme && { initContainers: [...restore, acmeStorageContainer(mounts)] }),
    containers: [traefikContainer(mounts, usesToken, args.ssh?.port)],
    volumes: [
      { name: "configuration", configMap: { name: traefikObjects.configuration } },
      ...(acme
        ? [{ name: "acme", persistentVolumeClaim: { claimName: claimName(acmeDirectory(args)) } }]
        : []),
      ...(acme && backup ? [{ name: "tmp", emptyDir: {} }, ...repositoryVolumes(backup.target)] : []),
      ...(usesToken
        ? [{ name: "dns-api-token", secret: { secretName: traefikObjects.dnsApiToken, defaultMode: 0o440 } }]
        : []),
      ...(args.login
        ? [{ name: "users", secret: { secretName: traefikObjects.users, defaultMode: 0o440 } }]
        : []),
    ],
  };
  return { name, namespace, kind: "Deployment", replicas: 1, pod };
}

/**
 * Traefik would follow a CNAME at the challenge's name, and look for the zone of where it leads: with
 * `*.home.example.com CNAME myhome.duckdns.org`, or Cloudflare's own `*`, it finds none that the token may edit
 * (go-acme/lego#1816). The hosts' zone is the one that bramble has the token for, so the record belongs there.
 */
const dnsChallengeEnvironment = [
  { name: "CF_DNS_API_TOKEN_FILE", value: traefikPaths.dnsApiToken },
  { name: "LEGO_DISABLE_CNAME_SUPPORT", value: "true" },
];

function traefikContainer(
  mounts: Container["volumeMounts"],
  usesToken: boolean,
  sshPort: number | undefined,
): Container {
  const probe = { httpGet: { path: "/ping", port: "ping" }, timeoutSeconds: 5 };
  const tokenDirectory = traefikPaths.dnsApiToken.replace(/\/[^/]+$/, "");
  return {
    name: "traefik",
    image: traefikImage,
    command: ["traefik", `--configFile=${traefikPaths.configuration}/traefik.yaml`],
    env: [
      // Not more, or the heap would drive out the program's own pages.
      { name: "GOMEMLIMIT", value: `${memoryLimit / 2}MiB` },
      ...(usesToken ? dnsChallengeEnvironment : []),
    ],
    // Ports of the board itself, and no Service in between: a packet keeps its sender's address, which rate
    // limits and logs need.
    ports: [
      { name: "web", containerPort: containerPorts.web, hostPort: 80, protocol: "TCP" },
      { name: "websecure", containerPort: containerPorts.websecure, hostPort: 443, protocol: "TCP" },
      ...(sshPort === undefined
        ? []
        : [{ name: "ssh", containerPort: containerPorts.ssh, hostPort: sshPort, protocol: "TCP" }]),
      { name: "ping", containerPort: containerPorts.ping, protocol: "TCP" },
    ],
    resources: withDisk({
      requests: { cpu: "50m", memory: `${memoryRequest}Mi` },
      limits: { memory: `${memoryLimit}Mi` },
    }),
    startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 60 },
    livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
    // The port that people come to; a restart is for a program that does not answer its own.
    readinessProbe: {
      tcpSocket: { port: "websecure" },
      timeoutSeconds: 5,
      periodSeconds: 10,
      failureThreshold: 3,
    },
    securityContext: restrictedContainer,
    volumeMounts: [
      ...(mounts ?? []),
      ...(usesToken ? [{ name: "dns-api-token", mountPath: tokenDirectory, readOnly: true }] : []),
    ],
  };
}

function acmeStorageContainer(mounts: Container["volumeMounts"]): Container {
  return {
    name: "acme-storage",
    image: traefikImage,
    command: ["sh", `${traefikPaths.configuration}/acme-storage.sh`, `${traefikPaths.acmeStorage}/acme.json`],
    resources: withDisk({ requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } }),
    securityContext: restrictedContainer,
    volumeMounts: mounts,
  };
}
