import { restoreTest } from "../app/restoreTestWorkload.ts";
import { controlPlaneContainers, type Home } from "./home.ts";

/** A monitor as Datadog's API has it (https://docs.datadoghq.com/api/latest/monitors/). */
export interface Monitor {
  /** Name of its Pulumi resource. */
  readonly key: string;
  readonly name: string;
  readonly query: string;
  readonly message: string;
  readonly thresholds: { readonly critical: number; readonly criticalRecovery?: number };
  /** Minutes after which having no data is itself told of; undefined: never. */
  readonly noDataMinutes?: number;
}

const mebibyte = 1024 * 1024;
/** Seconds for which a sensor may be silent. */
const silentAfter = 900;
const hour = 3600;
/** Seconds within which a backup is made once it is due, with all that it tries again; and a restore test. */
const patience = { backup: 2 * hour, test: 24 * hour };

/**
 * The monitors of a home.
 *
 * @param notify whom they tell, as Datadog's handles
 */
export function monitorsOf(home: Home, notify: readonly string[]): Monitor[] {
  const monitors = [
    ...(home.hasSensors ? [silentSensor(home), ...humidity(home)] : []),
    ...nearEviction(home),
    controlPlaneRestart(home),
    notReady(home),
    ...backups(home),
  ];
  return monitors.map((monitor) => ({ ...monitor, message: [monitor.message, ...notify].join("\n\n") }));
}

function silentSensor({ cluster }: Home): Monitor {
  return {
    key: "sensor-silent",
    name: `${cluster}: {{sensor.name}} in {{room.name}} is silent`,
    query: `min(last_5m):max:home.sensor.age{cluster_name:${cluster}} by {sensor,room} > ${silentAfter}`,
    message:
      "No reading for 15 minutes. Check its power and Wi-Fi; power-cycle a DHT22 that hangs. " +
      "If the alert is about missing data, the gateway or the agent on its board is down.",
    thresholds: { critical: silentAfter },
    noDataMinutes: 20,
  };
}

function humidity({ cluster, humidity: { min, max } }: Home): Monitor[] {
  const scope = `home.humidity{cluster_name:${cluster}} by {sensor,room}`;
  return [
    {
      key: "too-humid",
      name: `${cluster}: {{room.name}} is too humid`,
      query: `min(last_1h):avg:${scope} > ${max}`,
      message: `More than ${max} % for an hour at {{sensor.name}}: mould grows. Open a window.`,
      thresholds: { critical: max, criticalRecovery: max - 2 },
    },
    {
      key: "too-dry",
      name: `${cluster}: {{room.name}} is too dry`,
      query: `max(last_1h):avg:${scope} < ${min}`,
      message: `Less than ${min} % for an hour at {{sensor.name}}.`,
      thresholds: { critical: min, criticalRecovery: min + 2 },
    },
  ];
}

/** One for each threshold: a monitor has one, and boards of different sizes have different ones. */
function nearEviction({ cluster, boards }: Home): Monitor[] {
  return [...Map.groupBy(boards, ({ evictionSoft }) => evictionSoft)].map(([threshold, those]) => {
    const hosts = those.map(({ name }) => name).join(",");
    const bytes = threshold * mebibyte;
    return {
      key: `memory-below-${threshold}`,
      name: `${cluster}: {{host.name}} is about to evict pods`,
      query: `max(last_5m):min:system.mem.usable{cluster_name:${cluster},host IN (${hosts})} by {host} < ${bytes}`,
      message: `Less than ${threshold} MiB of memory for 5 minutes: the kubelet starts to evict pods.`,
      thresholds: { critical: bytes },
    };
  });
}

function controlPlaneRestart({ cluster }: Home): Monitor {
  const containers = `kube_container_name IN (${controlPlaneContainers.join(",")})`;
  return {
    key: "control-plane-restart",
    name: `${cluster}: {{pod_name.name}} restarted`,
    query: `change(max(last_5m),last_10m):max:kubernetes.containers.restarts{cluster_name:${cluster},kube_namespace:kube-system,${containers}} by {pod_name} > 0`,
    message:
      "A program of the control plane was restarted. On a board that is short of memory this is the " +
      "first sign: see the dashboard of the boards.",
    thresholds: { critical: 0 },
  };
}

function notReady({ cluster }: Home): Monitor {
  return {
    key: "board-not-ready",
    name: `${cluster}: {{host.name}} is not ready`,
    query: `max(last_5m):min:kubernetes_state.node.by_condition{cluster_name:${cluster},condition:ready,status:true} by {host} < 1`,
    message:
      "Its kubelet has not reported for minutes, or reports a problem. Pods that can move are rescheduled.",
    thresholds: { critical: 1 },
    noDataMinutes: 20,
  };
}

function backups({ cluster, backups: known }: Home): Monitor[] {
  if (!known) return [];
  const { every, testedEvery } = known;
  const late = (key: string, cronJob: string, name: string, seconds: number, message: string): Monitor => ({
    key,
    name: `${cluster}: ${name}`,
    query: `min(last_1h):max:kubernetes_state.cronjob.duration_since_last_successful{cluster_name:${cluster},kube_cronjob:${cronJob}} by {kube_cronjob} > ${seconds}`,
    message,
    thresholds: { critical: seconds },
  });
  const where = "See docs/backup-and-restore.md for what its log says.";
  const overdue = late(
    "backup-overdue",
    "*-backup",
    "{{kube_cronjob.name}} is overdue",
    every + patience.backup,
    `No backup has succeeded in time. ${where}`,
  );
  if (testedEvery === undefined) return [overdue];
  return [
    overdue,
    {
      key: "restore-test-failed",
      name: `${cluster}: the backup of {{app.name}} cannot be restored`,
      query: `max(last_1h):max:bramble.restore_test.failed{cluster_name:${cluster}} by {app} > 0`,
      message: `The newest backup could not be restored, is too old, or could not be tested. ${where}`,
      thresholds: { critical: 0 },
    },
    late(
      "restore-test-overdue",
      restoreTest,
      "the restore test is overdue",
      testedEvery + patience.test,
      `Whether backups can be restored was not tested in time. ${where}`,
    ),
  ];
}
