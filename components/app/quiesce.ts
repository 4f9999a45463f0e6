import { core, rbac } from "@pulumi/kubernetes";
import type { Input, Resource } from "@pulumi/pulumi";
import { bindingTo } from "../workload/access.ts";
import { withDisk } from "../workload/disk.ts";
import { images } from "../workload/images.ts";
import { restrictedContainer } from "../workload/security.ts";
import type { Container, PodSpec } from "../workload/workload.ts";
import { backupPaths } from "./backupTarget.ts";

/** Name of the account by which a backup stops its app, of its role, and of the ConfigMap that says that it did. */
const quiesce = "backup-quiesce";

const token = { volume: "api", folder: "/run/secrets/api" } as const;
const ready = "/scratch/stopped";

/** What a backup's pod needs besides the container. */
export const quiescePod = {
  serviceAccountName: quiesce,
  // An API server that restarts answers in time for the app to be started again.
  terminationGracePeriodSeconds: 600,
} satisfies Partial<PodSpec>;

/** The token, for the container alone. */
export const quiesceVolume: NonNullable<PodSpec["volumes"]>[number] = {
  name: token.volume,
  projected: {
    defaultMode: 0o440,
    sources: [
      { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
  },
};

/**
 * The sidecar that keeps an app stopped for as long as its backup's pod lives.
 *
 * @param name name of the app's StatefulSet
 */
export function quiesceContainer(namespace: string, name: string): Container {
  return {
    name: "quiesce",
    image: images.node,
    restartPolicy: "Always",
    command: [
      "node",
      "--jitless",
      "--max-old-space-size=16",
      `${backupPaths.scripts}/quiesce.mjs`,
      namespace,
      name,
      ready,
    ],
    env: [
      { name: "TOKEN_FILE", value: `${token.folder}/token` },
      { name: "NODE_EXTRA_CA_CERTS", value: `${token.folder}/ca.crt` },
    ],
    // What comes after it waits for this.
    startupProbe: {
      exec: { command: ["test", "-e", ready] },
      periodSeconds: 2,
      timeoutSeconds: 10,
      failureThreshold: 900,
    },
    // Measured at a real API server, with Node 24.21 on amd64 (/proc/PID/smaps_rollup): 14 MiB of anonymous memory at
    // most, of 54 resident; the rest is the program's file, whose pages can be dropped.
    resources: withDisk({ requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "96Mi" } }),
    securityContext: restrictedContainer,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "scratch", mountPath: "/scratch" },
      { name: "backup-scripts", mountPath: backupPaths.scripts, readOnly: true },
      { name: token.volume, mountPath: token.folder, readOnly: true },
    ],
  };
}

/**
 * Registers what lets a backup stop its app, and nothing else of the cluster.
 *
 * @param stopped name of the app's StatefulSet
 * @returns what the backup's pods wait for
 */
export function registerQuiesce(
  resourceName: string,
  stopped: string,
  namespace: Input<string>,
  opts: { readonly parent: Resource },
): Resource[] {
  const metadata = { name: quiesce, namespace };
  const account = new core.v1.ServiceAccount(
    `${resourceName}-account`,
    { metadata, automountServiceAccountToken: false },
    opts,
  );
  const note = new core.v1.ConfigMap(
    `${resourceName}-note`,
    { metadata, data: {} },
    // Whether the app is stopped is for the backups to say.
    { ...opts, ignoreChanges: ["data"] },
  );
  const role = new rbac.v1.Role(
    `${resourceName}-role`,
    {
      metadata,
      rules: [
        {
          apiGroups: ["apps"],
          resources: ["statefulsets/scale"],
          resourceNames: [stopped],
          verbs: ["get", "patch"],
        },
        { apiGroups: [""], resources: ["configmaps"], resourceNames: [quiesce], verbs: ["get", "patch"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
      ],
    },
    opts,
  );
  const binding = new rbac.v1.RoleBinding(
    `${resourceName}-binding`,
    { metadata, ...bindingTo("Role", quiesce, metadata) },
    opts,
  );
  return [account, note, role, binding];
}
