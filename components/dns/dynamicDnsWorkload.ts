import { controlPlaneTaint } from "../board/taints.ts";
import { withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import type { Container, Workload } from "../workload/workload.ts";
import { updaterImage } from "./images.ts";

/**
 * What decides the updater's pod. Whether Cloudflare stands in front of a record that is there already the updater
 * keeps as it is: change that at Cloudflare. While it is paused it asks nobody: its pod runs and waits.
 */
export interface DynamicDnsWorkloadArgs {
  /** Whether Cloudflare's proxy is in front of a record that the updater makes. Default: false. */
  proxied?: boolean;
  /** TTL in seconds, 60 to 86400; 1 is Cloudflare's automatic one. Default: 1. */
  ttl?: number;
  /** Default: false. */
  paused?: boolean;
  /** Its namespace. Default: `dns`; another one for each further updater of a cluster. */
  namespace?: string | undefined;
  /** Full name of the host whose address it keeps; the apps' hosts are aliases of it. */
  entrance: string;
}

/** Names of the objects that its pod mounts. */
export const dynamicDnsObjects = { token: "dynamic-dns", scripts: "dynamic-dns" } as const;
/** Comment of the records that the updater has made, and the only ones that it changes. */
export const updaterComment = "managed by bramble";

const periodMinutes = 5;
// Two updates may be missed; each may take a minute with its retries.
const tooOldSeconds = (2 * periodMinutes + 2) * 60;
const reportPort = 8081;
// MiB. Measured with 1.17.0 on amd64, two hosts, an update every two seconds: 6 anonymous, 12 of its own pages.
const memoryLimit = 48;
const secrets = "/run/secrets/dynamic-dns";
const scripts = "/etc/dynamic-dns";
const state = "/run/dynamic-dns";

/** The updater's environment (https://github.com/favonia/cloudflare-ddns/blob/v1.18.0/README.markdown). */
export function updaterEnvironment({
  entrance,
  proxied = false,
  ttl = 1,
  paused = false,
}: DynamicDnsWorkloadArgs) {
  return {
    CLOUDFLARE_API_TOKEN_FILE: `${secrets}/api-token`,
    DOMAINS: entrance,
    IP4_PROVIDER: "cloudflare.trace",
    IP6_PROVIDER: "none",
    // Paused it waits ten years. Both providers `none` would be an error, with which it ends.
    UPDATE_CRON: paused ? "@every 87600h" : `@every ${periodMinutes}m`,
    UPDATE_ON_START: String(!paused),
    DELETE_ON_STOP: "false",
    PROXIED: String(proxied),
    TTL: String(proxied ? 1 : ttl),
    RECORD_COMMENT: updaterComment,
    // An empty one would manage every A record of the host, whoever made it.
    MANAGED_RECORDS_COMMENT_REGEX: `^${updaterComment}$`,
    // Where it reports each update; in the same pod.
    HEALTHCHECKS: `http://127.0.0.1:${reportPort}/cgi-bin/heard/ping`,
    GOMEMLIMIT: `${Math.floor(memoryLimit * 0.9)}MiB`,
  };
}

/** The updater's Deployment. Its pod is ready while the address at Cloudflare is right. */
export function dynamicDnsWorkload(args: DynamicDnsWorkloadArgs): Workload {
  return {
    name: "dynamic-dns",
    namespace: args.namespace ?? "dns",
    kind: "Deployment",
    replicas: 1,
    pod: {
      priorityClassName: "bramble-address",
      // Small enough for the control plane's board, which has room when one of the small boards fails.
      tolerations: [{ ...controlPlaneTaint, operator: "Exists" }],
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      securityContext: { ...restrictedPod(1000), fsGroup: 1000 },
      containers: [updaterContainer(args), reportContainer(args.paused ?? false)],
      volumes: [
        { name: "api-token", secret: { secretName: dynamicDnsObjects.token, defaultMode: 0o440 } },
        { name: "scripts", configMap: { name: dynamicDnsObjects.scripts, defaultMode: 0o555 } },
        { name: "state", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      ],
    },
  };
}

/** No probes of its own: the image holds only the program, which opens no port. */
function updaterContainer(args: DynamicDnsWorkloadArgs): Container {
  return {
    name: "updater",
    image: updaterImage,
    env: Object.entries(updaterEnvironment(args)).map(([name, value]) => ({ name, value })),
    resources: withDisk({ requests: { cpu: "10m", memory: "24Mi" }, limits: { memory: `${memoryLimit}Mi` } }),
    securityContext: restrictedContainer,
    volumeMounts: [{ name: "api-token", mountPath: secrets, readOnly: true }],
  };
}

/** Takes the updater's reports, and answers for it. */
function reportContainer(paused: boolean): Container {
  const ready = ["sh", `${scripts}/ready.sh`, paused ? "0" : String(tooOldSeconds)];
  return {
    name: "report",
    image: images.busybox,
    command: ["httpd", "-f", "-p", `127.0.0.1:${reportPort}`, "-h", `${scripts}/www`],
    env: [{ name: "STATE", value: `${state}/last` }],
    // BusyBox's server: 2.1 MiB resident, 0.1 of them anonymous (1.35, amd64); a report or a probe is one more.
    resources: withDisk({ requests: { cpu: "10m", memory: "4Mi" }, limits: { memory: "16Mi" } }),
    readinessProbe: { exec: { command: ready }, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 1 },
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: "scripts", mountPath: `${scripts}/ready.sh`, subPath: "ready.sh", readOnly: true },
      { name: "scripts", mountPath: `${scripts}/www/cgi-bin/heard`, subPath: "heard.sh", readOnly: true },
      { name: "state", mountPath: state },
    ],
  };
}
