import { withDisk } from "../workload/disk.ts";
import { restrictedContainer, restrictedPod } from "../workload/security.ts";
import { filesBeside } from "../workload/podFiles.ts";
import type { Workload } from "../workload/workload.ts";
import { backupServer, backupServerIn, type BackupTarget } from "../app/backupTarget.ts";
import { type BoardDirectory, claimName } from "../app/volumes.ts";
import { backupServerImage } from "./images.ts";

/** What decides the server's pod: a board and its directory. */
export type BackupServerArgs = Extract<BackupTarget, { readonly board: string }>;

/** Where the server finds its accounts. */
export const htpasswdPath = "/run/secrets/backup-server/htpasswd";
/** Name of the Secret with them. */
export const htpasswdSecret = "backup-server";

/** What the server's pod runs before it serves. */
export const serverScripts = {
  name: "backup-server-scripts",
  data: filesBeside(import.meta.url, "clearHalfMade.sh"),
};
const scriptsPath = "/etc/backup-server";

/** The directory of the backups, as a volume. */
export function backupDirectory({ board, directory }: BackupServerArgs): BoardDirectory {
  return { claim: "backups", board, path: directory };
}

/** User and group as whom the server runs. */
export const backupServerUser = 1000;

/** The Deployment of restic's server, which keeps backups on a board's disk for pods of other boards. */
export function backupServerWorkload(args: BackupServerArgs): Workload {
  const data = backupDirectory(args);
  const probe = { tcpSocket: { port: "http" }, timeoutSeconds: 5 };
  return {
    name: backupServer.name,
    namespace: backupServerIn(args).namespace,
    kind: "Deployment",
    replicas: 1,
    pod: {
      nodeSelector: { "kubernetes.io/hostname": args.board },
      priorityClassName: "bramble-backup",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      securityContext: {
        ...restrictedPod(backupServerUser),
        fsGroup: backupServerUser,
        fsGroupChangePolicy: "OnRootMismatch",
      },
      initContainers: [
        {
          name: "clear-half-made",
          image: backupServerImage,
          command: ["sh", `${scriptsPath}/clearHalfMade.sh`, "/backups"],
          resources: withDisk({ requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } }),
          securityContext: restrictedContainer,
          volumeMounts: [
            { name: "backups", mountPath: "/backups" },
            { name: "scripts", mountPath: scriptsPath, readOnly: true },
          ],
        },
      ],
      containers: [
        {
          name: "rest-server",
          image: backupServerImage,
          // Each app's account reaches its own repository and no other.
          command: [
            "rest-server",
            "--path=/backups",
            `--listen=:${backupServer.port}`,
            `--htpasswd-file=${htpasswdPath}`,
            "--private-repos",
          ],
          env: [{ name: "GOMEMLIMIT", value: "48MiB" }],
          ports: [{ name: "http", containerPort: backupServer.port, protocol: "TCP" }],
          // Measured with rest-server 0.14.0 on amd64 while 85 MB were written and read back, MiB: 3 anonymous,
          // and 10 of the program's own pages.
          resources: withDisk({ requests: { cpu: "10m", memory: "24Mi" }, limits: { memory: "96Mi" } }),
          startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 60 },
          livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 6 },
          readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
          securityContext: restrictedContainer,
          volumeMounts: [
            { name: "backups", mountPath: "/backups" },
            { name: "accounts", mountPath: htpasswdPath.replace(/\/[^/]+$/, ""), readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "backups", persistentVolumeClaim: { claimName: claimName(data) } },
        { name: "scripts", configMap: { name: serverScripts.name } },
        { name: "accounts", secret: { secretName: htpasswdSecret, defaultMode: 0o440 } },
      ],
    },
  };
}
