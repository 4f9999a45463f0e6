import { images } from "../images.ts";
import { restrictedContainer, restrictedPod } from "../security.ts";
import type { Workload } from "../workload.ts";

/** What decides the updater's pod. */
export interface DynamicDnsWorkloadArgs {
  /** Full host names whose records it keeps. */
  hosts: readonly string[];
  /**
   * Whether Cloudflare stands in front of the hosts. Of a record that is there already the updater keeps what
   * it has: change that at Cloudflare.
   */
  proxied: boolean;
  /** Whether it is to change nothing for now, and to ask nobody: its pod runs and waits. */
  paused: boolean;
}

/** Namespace of the updater. */
export const dynamicDnsNamespace = "dns";

const comment = "managed by bramble";
// MiB. Measured with 1.17.0 on amd64, two hosts, an update every two seconds: 6 anonymous, 12 of its own pages.
const memoryLimit = 48;
const secrets = "/run/secrets/dynamic-dns";

/** The updater's Deployment (https://github.com/favonia/cloudflare-ddns/blob/v1.17.0/README.markdown). */
export function dynamicDnsWorkload({ hosts, proxied, paused }: DynamicDnsWorkloadArgs): Workload {
  const environment = {
    CLOUDFLARE_API_TOKEN_FILE: `${secrets}/api-token`,
    DOMAINS: [...hosts].sort().join(","),
    IP4_PROVIDER: "cloudflare.trace",
    IP6_PROVIDER: "none",
    // Paused it waits ten years. Both providers `none` would be an error, with which it ends.
    UPDATE_CRON: paused ? "@every 87600h" : "@every 5m",
    UPDATE_ON_START: String(!paused),
    DELETE_ON_STOP: "false",
    PROXIED: String(proxied),
    RECORD_COMMENT: comment,
    // An empty one would manage every A record of the hosts, whoever made it.
    MANAGED_RECORDS_COMMENT_REGEX: `^${comment}$`,
    GOMEMLIMIT: `${Math.floor(memoryLimit * 0.9)}MiB`,
  };
  return {
    name: "dynamic-dns",
    namespace: dynamicDnsNamespace,
    kind: "Deployment",
    // Without hosts it ends with an error.
    replicas: hosts.length === 0 ? 0 : 1,
    pod: {
      priorityClassName: "bramble-entrance",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      securityContext: {
        ...restrictedPod(1000),
        fsGroup: 1000,
      },
      // No probes: the image holds only the program, which opens no port and has no command that tells its
      // health. It ends when it cannot go on, and logs an update that failed.
      containers: [
        {
          name: "updater",
          image: images.dnsUpdater,
          env: Object.entries(environment).map(([name, value]) => ({ name, value })),
          resources: { requests: { cpu: "10m", memory: "24Mi" }, limits: { memory: `${memoryLimit}Mi` } },
          securityContext: restrictedContainer,
          volumeMounts: [{ name: "api-token", mountPath: secrets, readOnly: true }],
        },
      ],
      volumes: [{ name: "api-token", secret: { secretName: "dynamic-dns", defaultMode: 0o440 } }],
    },
  };
}
