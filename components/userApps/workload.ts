import { repositoryVolumes, type BackupPlan } from "../app/backupTarget.ts";
import { restoreContainer } from "../app/restoreContainer.ts";
import { besideData, claimName, type DataDirectory } from "../app/volumes.ts";
import type { PriorityClassName } from "../workload/priorities.ts";
import type { Container, PodSpec, ScheduledWorkload, Workload } from "../workload/workload.ts";
import { containerSecurityContext, podSecurityContext } from "./security.ts";
import type { UserAppSettings } from "./settings.ts";

/** What decides the pod of one of the user's own apps. */
export interface UserAppWorkloadArgs {
  /** Its name, and that of its namespace. */
  readonly name: string;
  readonly app: UserAppSettings;
  /** The directory of its volumes. Default: none. */
  readonly data?: DataDirectory | undefined;
  /** How its data is backed up; not at all if omitted. */
  readonly backup?: BackupPlan | undefined;
}

/** Names of the objects that its pod reads. */
export const userAppObjects = {
  environment: "environment",
  files: "files",
  secretFiles: "secret-files",
} as const;

/** Key in a ConfigMap or a Secret of the file at a place in the settings' list. */
export function fileKey(index: number): string {
  return `file-${index}`;
}

/**
 * One of the user's own apps: a StatefulSet if it has data, so that there are never two pods at it; a CronJob if it
 * runs from time to time; else a Deployment, which finds another board where one fails.
 */
export function userAppWorkload(args: UserAppWorkloadArgs): ScheduledWorkload | Workload {
  const { name, app, data } = args;
  const common = { name, namespace: name, replicas: 1 as const, pod: podOf(args) };
  if (app.schedule !== undefined) {
    return { ...common, kind: "CronJob", schedule: app.schedule, retries: 1, deadline: 6 * 3600 };
  }
  return { ...common, kind: data ? "StatefulSet" : "Deployment" };
}

function podOf({ name, app, data, backup }: UserAppWorkloadArgs): PodSpec {
  const { board, architecture, security, schedule } = app;
  const own = board === undefined ? {} : { nodeSelector: { "kubernetes.io/hostname": board } };
  const { nodeSelector = {} } = { ...own, ...(data && besideData(data)) };
  const chosen = {
    ...nodeSelector,
    ...(board !== undefined && { "kubernetes.io/hostname": board }),
    ...(architecture !== undefined && { "kubernetes.io/arch": architecture }),
  };
  const restore = {
    app: name,
    volume: "data",
    which: app.backup.restore,
    hasOwners: app.user === 0,
    ...databases(app),
  };
  return {
    ...(Object.keys(chosen).length > 0 && { nodeSelector: chosen }),
    priorityClassName: `bramble-${app.priority}` satisfies PriorityClassName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 60,
    ...(security.hostNetwork && { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }),
    ...(schedule !== undefined && { restartPolicy: "Never" }),
    securityContext: podSecurityContext(app),
    ...(backup && { initContainers: [restoreContainer(restore, backup)] }),
    containers: [containerOf(name, app)],
    volumes: volumesOf({ name, app, data, backup }),
  };
}

/** Where the copy of a database is put: its folder in the data. */
function databases({ backup: { database } }: UserAppSettings): { databases?: string } {
  return database === undefined ? {} : { databases: database.replace(/\/[^/]+$/, "") };
}

function containerOf(name: string, app: UserAppSettings): Container {
  const { image, command, memory, cpu, disk, port, boardPorts } = app;
  return {
    name,
    image,
    ...(command.length > 0 && { command: [...command] }),
    env: environmentOf(app),
    ports: [
      ...(port === undefined ? [] : [{ name: "http", containerPort: port, protocol: "TCP" }]),
      ...boardPorts.map(({ port: hostPort, protocol, containerPort = hostPort }) => ({
        name: `${protocol.toLowerCase()}-${hostPort}`,
        containerPort,
        hostPort,
        protocol,
      })),
    ],
    resources: {
      requests: { cpu, memory: memory.request, "ephemeral-storage": "64Mi" },
      limits: { memory: memory.limit, "ephemeral-storage": disk },
    },
    ...probesOf(app),
    securityContext: containerSecurityContext(app),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: mountsOf(app),
  };
}

function environmentOf(app: UserAppSettings): NonNullable<Container["env"]> {
  const { environment, secretEnvironment, generatedEnvironment } = app;
  return [
    ...Object.entries(environment).map(([name, value]) => ({ name, value })),
    ...[...Object.keys(secretEnvironment), ...generatedEnvironment].map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: userAppObjects.environment, key: name } },
    })),
  ];
}

/** A port that accepts, a page that answers or a command that succeeds. */
function probesOf({ probe, port, boardPorts, schedule }: UserAppSettings): Partial<Container> {
  if (schedule !== undefined) return {};
  const tcp = boardPorts.find(({ protocol }) => protocol === "TCP");
  const listening = port ?? tcp?.containerPort ?? tcp?.port ?? 0;
  const handler =
    probe.command === undefined
      ? probe.path === undefined
        ? { tcpSocket: { port: listening } }
        : { httpGet: { path: probe.path, port: listening } }
      : { exec: { command: [...probe.command] } };
  const common = { ...handler, timeoutSeconds: 10 };
  return {
    startupProbe: { ...common, periodSeconds: 10, failureThreshold: Math.ceil(probe.startSeconds / 10) },
    livenessProbe: { ...common, periodSeconds: 30, failureThreshold: 6 },
    readinessProbe: { ...common, periodSeconds: 10, failureThreshold: 6 },
  };
}

const deviceVolume = (index: number) => `device-${index}`;
const scratchVolume = (index: number) => `scratch-${index}`;

function mountsOf(app: UserAppSettings): NonNullable<Container["volumeMounts"]> {
  const { volumes, scratch, files, secretFiles, devices } = app;
  const asFiles = (name: string, paths: readonly string[]) =>
    paths.map((mountPath, i) => ({ name, mountPath, subPath: fileKey(i), readOnly: true }));
  return [
    { name: "tmp", mountPath: "/tmp" },
    ...scratch.map((mountPath, i) => ({ name: scratchVolume(i), mountPath })),
    ...Object.entries(volumes).map(([volume, mountPath]) => ({ name: "data", mountPath, subPath: volume })),
    ...asFiles(userAppObjects.files, Object.keys(files)),
    ...asFiles(userAppObjects.secretFiles, Object.keys(secretFiles)),
    ...devices.map((mountPath, i) => ({ name: deviceVolume(i), mountPath })),
  ];
}

function volumesOf({ app, data, backup }: UserAppWorkloadArgs): NonNullable<PodSpec["volumes"]> {
  const { scratch, files, secretFiles, devices } = app;
  const { files: configMap, secretFiles: secret } = userAppObjects;
  return [
    { name: "tmp", emptyDir: {} },
    ...scratch.map((_, i) => ({ name: scratchVolume(i), emptyDir: {} })),
    ...(data ? [{ name: "data", persistentVolumeClaim: { claimName: claimName(data) } }] : []),
    ...(Object.keys(files).length > 0 ? [{ name: configMap, configMap: { name: configMap } }] : []),
    ...(Object.keys(secretFiles).length > 0
      ? [{ name: secret, secret: { secretName: secret, defaultMode: 0o440 } }]
      : []),
    ...devices.map((path, i) => ({ name: deviceVolume(i), hostPath: { path, type: "CharDevice" } })),
    ...(backup ? repositoryVolumes(backup.target) : []),
  ];
}
