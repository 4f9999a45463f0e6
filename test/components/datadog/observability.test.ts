import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as datadog from "@pulumi/datadog";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { boardsDashboard, climateDashboard } from "../../../components/datadog/dashboards.ts";
import type { Home } from "../../../components/datadog/home.ts";
import { monitorsOf } from "../../../components/datadog/monitors.ts";
import { Observability } from "../../../components/datadog/observability.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { enginePlace, findEngine } from "../../../tools/engine.ts";
import { engineOptions } from "../../../tools/pulumi.ts";
import { inputsOf, registeredBy } from "../registered.ts";
import { type DatadogApi, startDatadogApi } from "./datadogApi.ts";

const home: Home = {
  cluster: "home",
  boards: [
    { name: "pi4-1", evictionHard: 100, evictionSoft: 150 },
    { name: "pi3-1", evictionHard: 100, evictionSoft: 120 },
    { name: "pi3-2", evictionHard: 100, evictionSoft: 120 },
  ],
  humidity: { min: 30, max: 70 },
  hasSensors: true,
  backups: { every: 86_400, testedEvery: 604_800 },
};
const keys = { apiKey: "0".repeat(32), appKey: "f".repeat(40) };

/** Everything that dashboards and monitors ask for. */
function queriesOf(document: unknown): string[] {
  if (typeof document !== "object" || document === null) return [];
  return Object.entries(document).flatMap(([key, value]) =>
    key === "query" && typeof value === "string" ? [value] : queriesOf(value),
  );
}

describe("the dashboards", () => {
  it("show each figure that is asked of them, for this cluster alone", () => {
    const climate = queriesOf(climateDashboard(home));
    const boards = queriesOf(boardsDashboard(home));
    const metrics = (queries: string[]) => queries.map((query) => /:([\w.]+)\{/.exec(query)?.[1]);
    expect(metrics(climate)).toEqual([
      "home.temperature",
      "home.humidity",
      "home.heat_index",
      "home.dew_point",
      "home.sensor.age",
      "home.sensor.rejected",
    ]);
    expect(metrics(boards)).toEqual([
      "system.mem.usable",
      "system.swap.used",
      "kubernetes.kubelet.evictions",
      "system.io.rkb_s",
      "bramble.board.throttled",
      "bramble.board.temperature",
      "kubernetes.containers.restarts",
      "kubernetes_state.node.by_condition",
      "tls.days_left",
      "kubernetes_state.cronjob.duration_since_last_successful",
      "bramble.backup.failed",
      "bramble.restore_test.failed",
    ]);
    for (const query of [...climate, ...boards]) expect(query).toContain("cluster_name:home");
  });

  it("draw each eviction threshold once, in bytes, with the boards it is of", () => {
    const text = JSON.stringify(
      boardsDashboard({
        ...home,
        boards: [...home.boards, { name: "pi5", evictionHard: 200, evictionSoft: 250 }],
      }),
    );
    expect(text).toContain(
      `"value":"y = ${100 * 1024 * 1024}","label":"eviction on pi4-1, pi3-1, pi3-2: 100 MiB"`,
    );
    expect(text).toContain(`"value":"y = ${200 * 1024 * 1024}","label":"eviction on pi5: 200 MiB"`);
  });
});

describe("the monitors", () => {
  const monitors = monitorsOf(home, ["@me@example.com"]);

  it.each([
    ["sensor-silent", "min(last_5m):max:home.sensor.age{cluster_name:home} by {sensor,room} > 900"],
    ["too-humid", "min(last_1h):avg:home.humidity{cluster_name:home} by {sensor,room} > 70"],
    ["too-dry", "max(last_1h):avg:home.humidity{cluster_name:home} by {sensor,room} < 30"],
    [
      "memory-below-150",
      `max(last_5m):min:system.mem.usable{cluster_name:home,host IN (pi4-1)} by {host} < ${150 * 2 ** 20}`,
    ],
    [
      "memory-below-120",
      `max(last_5m):min:system.mem.usable{cluster_name:home,host IN (pi3-1,pi3-2)} by {host} < ${120 * 2 ** 20}`,
    ],
    [
      "control-plane-restart",
      "change(max(last_5m),last_10m):max:kubernetes.containers.restarts{cluster_name:home,kube_namespace:kube-system,kube_container_name IN (etcd,kube-apiserver,kube-controller-manager,kube-scheduler)} by {pod_name} > 0",
    ],
    [
      "board-not-ready",
      "max(last_5m):min:kubernetes_state.node.by_condition{cluster_name:home,condition:ready,status:true} by {host} < 1",
    ],
    [
      "backup-overdue",
      "min(last_1h):max:kubernetes_state.cronjob.duration_since_last_successful{cluster_name:home,kube_cronjob:*-backup} by {kube_cronjob} > 93600",
    ],
    ["restore-test-failed", "max(last_1h):max:bramble.restore_test.failed{cluster_name:home} by {app} > 0"],
    [
      "restore-test-overdue",
      "min(last_1h):max:kubernetes_state.cronjob.duration_since_last_successful{cluster_name:home,kube_cronjob:restore-test} by {kube_cronjob} > 691200",
    ],
  ])("%s asks %s", (key, query) => {
    const monitor = monitors.find((each) => each.key === key);
    expect(monitor?.query).toBe(query);
    // Datadog refuses a monitor whose query says another threshold.
    expect(Number(/ [<>] (\S+)$/.exec(query)?.[1])).toBe(monitor?.thresholds.critical);
    expect(monitor?.message).toMatch(/\n\n@me@example\.com$/);
  });

  it("are these and no others, and without sensors and backups those of the boards", () => {
    expect(monitors).toHaveLength(10);
    const bare = { ...home, hasSensors: false, backups: undefined };
    const ofBoards = monitorsOf(bare, []).map(({ key }) => key);
    expect(ofBoards).toEqual([
      "memory-below-150",
      "memory-below-120",
      "control-plane-restart",
      "board-not-ready",
    ]);
    expect(JSON.stringify(boardsDashboard(bare))).not.toContain("backup");
    const untested = monitorsOf({ ...bare, backups: { every: 86_400, testedEvery: undefined } }, []);
    expect(untested.map(({ key }) => key)).toEqual([...ofBoards, "backup-overdue"]);
  });
});

describe("Observability", () => {
  it("registers dashboards and monitors, the keys as secrets", async () => {
    const registered = await registeredBy(async () => {
      const { datadogProvider, Observability } = await import("../../../components/datadog/observability.ts");
      const provider = datadogProvider(keys.apiKey, keys.appKey, "datadoghq.eu");
      new Observability("home", { home, notify: [] }, { providers: [provider] });
    });
    const provider = registered.find(({ type }) => type === "pulumi:providers:datadog");
    expect(provider?.inputs).toMatchObject({ apiUrl: "https://api.datadoghq.eu/" });
    expect(provider?.secrets).toEqual(expect.arrayContaining(["apiKey", "appKey"]));
    expect(registered.filter(({ type }) => type.endsWith(":DashboardJson"))).toHaveLength(2);
    expect(inputsOf(registered, "Monitor", "home-sensor-silent")).toMatchObject({
      monitorThresholds: { critical: "900" },
      notifyNoData: true,
      noDataTimeframe: 20,
    });
  });
});

const engine = await findEngine();
const version = packageJson.dependencies["@pulumi/datadog"];
const plugin = path.join(enginePlace().home, "plugins", `resource-datadog-v${version}`);
const missing = "missing" in engine ? engine.missing : existsSync(plugin) ? "" : `no ${plugin}`;

describe.skipIf(missing !== "")(
  `Datadog's own provider, at an API of the test's (${missing || version})`,
  () => {
    async function stackAt(api: DatadogApi): Promise<Stack> {
      if ("missing" in engine) throw new Error(engine.missing);
      const folder = await mkdtemp(path.join(tmpdir(), "bramble-datadog-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      const program = () => {
        const provider = new datadog.Provider("datadog", { ...keys, apiUrl: api.url, validate: "false" });
        new Observability("home", { home, notify: ["@me@example.com"] }, { providers: [provider] });
        return Promise.resolve();
      };
      const environment = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "datadog" };
      return LocalWorkspace.createOrSelectStack(
        { stackName: "datadog", projectName: "datadog", program },
        { ...(await engineOptions(engine.cli, environment)), workDir: folder },
      );
    }

    it("makes them, finds nothing to change, and removes them", async () => {
      const api = await startDatadogApi(keys);
      onTestFinished(() => api.close());
      const stack = await stackAt(api);
      await stack.up({ color: "never" });
      expect(api.refused).toEqual([]);
      expect([...api.dashboards.values()].map(({ title }) => title).sort()).toEqual([
        "Boards of home",
        "Climate of home",
      ]);
      expect([...api.monitors.values()].map(({ query }) => query).sort()).toEqual(
        monitorsOf(home, [])
          .map(({ query }) => query)
          .sort(),
      );
      expect(api.validated()).toBeGreaterThanOrEqual(10);

      const { summary } = await stack.up({ color: "never", refresh: true });
      expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);

      await stack.destroy({ color: "never" });
      expect([api.dashboards.size, api.monitors.size]).toEqual([0, 0]);
    }, 180_000);
  },
);
