import { controlPlaneContainers, type Home } from "./home.ts";
import { bars, graph, group, type Marker, ranking } from "./widgets.ts";

const mebibyte = 1024 * 1024;

/** The dashboard of temperature and humidity, room by room. */
export function climateDashboard({ cluster, humidity }: Home) {
  const scope = `{cluster_name:${cluster},$room}`;
  const bySensor = "by {room,sensor}";
  return {
    title: `Climate of ${cluster}`,
    description: "Temperature and humidity of each room, and the state of the sensors. Managed by bramble.",
    layout_type: "ordered",
    template_variables: [{ name: "room", prefix: "room", available_values: [], default: "*" }],
    widgets: [
      group("Rooms", [
        graph("Temperature (°C)", `avg:home.temperature${scope} ${bySensor}`, { unit: "celsius" }),
        graph("Relative humidity (%)", `avg:home.humidity${scope} ${bySensor}`, {
          unit: "percent",
          markers: [
            { value: `y = ${humidity.max}`, label: "too humid: mould", kind: "warning" },
            { value: `y = ${humidity.min}`, label: "too dry", kind: "warning" },
          ],
        }),
        graph("Feels like: heat index (°C)", `avg:home.heat_index${scope} ${bySensor}`, {
          unit: "celsius",
        }),
        graph("Dew point (°C)", `avg:home.dew_point${scope} ${bySensor}`, { unit: "celsius" }),
      ]),
      group("Sensors", [
        ranking("Last seen", `max:home.sensor.age${scope} ${bySensor}`, "second"),
        bars("Rejected readings", `sum:home.sensor.rejected${scope} by {sensor,reason}.as_count()`),
      ]),
    ],
  };
}

/** The dashboard of the boards. */
export function boardsDashboard({ cluster, boards, backups }: Home) {
  const scope = `{cluster_name:${cluster},$host}`;
  const containers = `{cluster_name:${cluster},kube_namespace:kube-system,kube_container_name IN (${controlPlaneContainers.join(",")})}`;
  return {
    title: `Boards of ${cluster}`,
    description: "Free resources and wear of the boards. Managed by bramble.",
    layout_type: "ordered",
    template_variables: [{ name: "host", prefix: "host", available_values: [], default: "*" }],
    widgets: [
      group("Memory", [
        graph(
          "Free memory, and the threshold below which the kubelet evicts",
          `min:system.mem.usable${scope} by {host}`,
          { markers: thresholds(boards) },
        ),
        graph("Swap used", `max:system.swap.used${scope} by {host}`),
        bars("Evictions", `sum:kubernetes.kubelet.evictions${scope} by {host,eviction_signal}.as_count()`),
      ]),
      group("Wear and power", [
        graph(
          "Read from the SD card (KiB/s)",
          `avg:system.io.rkb_s{cluster_name:${cluster},$host,device:mmcblk0} by {host}`,
        ),
        graph(
          "Throttled: 1 while undervoltage or heat slows the board down",
          `max:bramble.board.throttled${scope} by {host}`,
        ),
        graph("CPU temperature (°C)", `max:bramble.board.temperature${scope} by {host}`, {
          unit: "celsius",
        }),
      ]),
      group("Cluster", [
        graph(
          "Restarts of the control plane",
          `max:kubernetes.containers.restarts${containers} by {pod_name}`,
        ),
        graph(
          "Boards that are ready",
          `min:kubernetes_state.node.by_condition{cluster_name:${cluster},condition:ready,status:true} by {host}`,
        ),
        ranking(
          "Days until a certificate expires",
          `min:tls.days_left{cluster_name:${cluster}} by {name}`,
          "day",
        ),
      ]),
      ...(backups ? [backupsGroup(cluster)] : []),
    ],
  };
}

function backupsGroup(cluster: string) {
  const scope = `{cluster_name:${cluster}}`;
  return group("Backups", [
    ranking(
      "Since the last backup, and the last restore test",
      `max:kubernetes_state.cronjob.duration_since_last_successful${scope} by {kube_cronjob}`,
      "second",
    ),
    bars("Failed backups", `max:bramble.backup.failed${scope} by {app}`),
    bars("Failed restore tests", `max:bramble.restore_test.failed${scope} by {app}`),
  ]);
}

/** One line for each distinct threshold, with the boards that it is of. */
function thresholds(boards: Home["boards"]): Marker[] {
  return [...Map.groupBy(boards, ({ evictionHard }) => evictionHard)].map(([threshold, those]) => ({
    value: `y = ${threshold * mebibyte}`,
    label: `eviction on ${those.map(({ name }) => name).join(", ")}: ${threshold} MiB`,
    kind: "error",
  }));
}
