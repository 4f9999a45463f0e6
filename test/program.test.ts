import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { log, runtime } from "@pulumi/pulumi";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { App } from "../components/app/app.ts";
import { apps } from "../components/apps.ts";
import { readStackFile } from "../settings/stackFile.ts";
import { hostKeyOf } from "./settings/files.ts";
import { type Registered, registeredBy } from "./components/registered.ts";

const folder = mkdtempSync(path.join(tmpdir(), "bramble-program-"));
const kubeconfig = path.join(folder, "kubeconfig");
writeFileSync(kubeconfig, "{}");
afterAll(() => rmSync(folder, { recursive: true }));

type Config = Record<string, unknown>;
let registered: Registered[];
let called: string[];
beforeEach(() => {
  registered = [];
  called = [];
});

/** Runs index.ts with the settings of the rehearsed home, changed; every resource is only recorded. */
async function run(change: (config: Config) => void): Promise<void> {
  const config: Config = structuredClone({ ...readStackFile("home"), ...readStackFile("rehearsal") });
  delete config["bramble:extends"];
  config["bramble:cluster"] = { kubeconfig };
  config["bramble:ingress"] = { board: "pi3-1", certificates: "selfSigned" };
  config["bramble:dns"] = { apiToken: "t".repeat(40) };
  config["bramble:datadog"] = { apiKey: "0".repeat(32) };
  change(config);
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", JSON.stringify(["bramble:dns", "bramble:datadog"]));
  vi.resetModules();
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)])));
  await registeredBy(() => import("../index.ts"), { registered, called });
}

/** Has boards set up by bramble. */
const setUp = (config: Config) => {
  const boards = config["bramble:boards"] as Config[];
  boards.forEach((board, i) => Object.assign(board, { hostKey: hostKeyOf(i) }));
};
const components = () =>
  registered.flatMap(({ type }) => (type.startsWith("bramble:") ? [type.split(":")[2]] : []));
const hostOf = (app: App, section: unknown) =>
  (app.publish?.(app.schema.parse(section)) ?? []).map(({ host }) => `${host}.home.example.com`);
const leaveOut = (config: Config, ...sections: string[]) => {
  for (const section of sections) delete config[`bramble:${section}`];
};

describe("the program", () => {
  it("registers a component for each part of home", async () => {
    await run(() => undefined);
    expect(components().sort()).toEqual(
      expect.arrayContaining([
        "Board",
        "DatadogAgent",
        "DnsRecords",
        "DynamicDns",
        "Flannel",
        "Gogs",
        "KubeStateMetrics",
        "MetricsServer",
        "SensorGateway",
        "Traefik",
      ]),
    );
    expect(registered.filter(({ type }) => type === "bramble:board:Board").map(({ name }) => name)).toEqual([
      "pi4-1",
      "pi3-1",
      "pi3-2",
      "pi3-3",
    ]);
  });

  it("marks every pod with the stack that it is of", async () => {
    await run(() => undefined);
    interface Spec {
      readonly template?: { readonly metadata?: { readonly annotations?: Config } };
      readonly jobTemplate?: { readonly spec: Spec };
    }
    const marks = registered.flatMap(({ type, inputs }) => {
      if (!/:(CronJob|DaemonSet|Deployment|StatefulSet)$/.test(type)) return [];
      const spec = inputs.spec as Spec;
      return [(spec.jobTemplate?.spec ?? spec).template?.metadata?.annotations?.["bramble/stack"]];
    });
    expect(marks.length).toBeGreaterThan(8);
    expect(new Set(marks)).toEqual(new Set(["home"]));
  });

  it("serves the host of every app, with a certificate and a name in the DNS", async () => {
    let expected: string[] = [];
    await run((config) => {
      // Whatever apps there will be, they fit.
      for (const board of config["bramble:boards"] as Config[]) board.model = "rpi-5-16gb";
      for (const [section, { example }] of Object.entries(apps)) config[`bramble:${section}`] ??= example;
      // Some pages are only behind the login.
      Object.assign(config["bramble:ingress"] as Config, { login: { user: "me" } });
      expected = Object.entries(apps).flatMap(([section, app]) => hostOf(app, config[`bramble:${section}`]));
    });
    const ingresses = registered.filter(({ type }) => type.endsWith(":Ingress"));
    const served = ingresses.flatMap(
      ({ inputs }) => (inputs.spec as { tls: { hosts: string[] }[] }).tls[0]?.hosts ?? [],
    );
    expect([...new Set(served)].sort()).toEqual(expected.sort());
    const names = registered
      .filter(({ type }) => type.endsWith(":DnsRecord"))
      .map(({ inputs }) => inputs.name);
    expect(names).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    [["gogs"], /gogs/i],
    [["sensors"], /sensor/i],
    [["datadog", "sensors"], /datadog|kube-state|sensor/i],
    [["dns"], /dns/i],
    [["gogs", "sensors", "dns", "ingress"], /traefik|ingress|gogs|sensor|dns/i],
  ])("without %j registers nothing of it", async (sections, trace) => {
    await run((config) => leaveOut(config, ...sections));
    expect(registered.filter(({ type, name }) => trace.test(`${type} ${name}`))).toEqual([]);
    expect(components()).toContain("Flannel");
  });

  it.each([
    ["paused", (config: Config) => Object.assign(config["bramble:dns"] as Config, { paused: true })],
    ["without a token", (config: Config) => leaveOut(config, "dns")],
  ])("needs nothing of Cloudflare's provider %s", async (_, change) => {
    await run(change);
    expect(registered.filter(({ type }) => type.includes("cloudflare"))).toEqual([]);
    expect(called).toEqual([]);
  });

  it("has no updater where the address is fixed", async () => {
    await run((config) => ((config["bramble:dns"] as Config).addresses = ["203.0.113.7"]));
    expect(components()).toContain("DnsRecords");
    expect(components()).not.toContain("DynamicDns");
  });

  it("makes dashboards and monitors only with an application key, and where they are wanted", async () => {
    const atDatadog = () => registered.filter(({ type }) => type.startsWith("datadog:"));
    const keys = { apiKey: "0".repeat(32), appKey: "f".repeat(40) };
    await run(() => undefined);
    expect(atDatadog()).toEqual([]);
    await run((config) => (config["bramble:datadog"] = { ...keys, dashboards: false }));
    expect(atDatadog()).toEqual([]);
    expect(registered.some(({ type }) => type.includes("datadog") && !type.startsWith("bramble:"))).toBe(
      false,
    );
    await run((config) => (config["bramble:datadog"] = keys));
    expect(atDatadog().map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "observability-climate",
        "observability-boards",
        "observability-sensor-silent",
      ]),
    );
  });

  it("registers neither network nor metrics where the cluster has them", async () => {
    await run((config) => (config["bramble:cluster"] = { kubeconfig, network: "none", metrics: false }));
    expect(components()).not.toContain("Flannel");
    expect(components()).not.toContain("MetricsServer");
  });

  it("makes a cluster of its boards, and puts the apps on it", async () => {
    await run((config) => {
      leaveOut(config, "cluster");
      setUp(config);
    });
    expect(components().filter((name) => name === "BoardBootstrap")).toHaveLength(4);
    expect(components()).toEqual(expect.arrayContaining(["KubeadmCluster", "Flannel", "Gogs"]));
  });

  it("registers the same whatever the order of the boards", async () => {
    const inOrder = async (sort: (boards: Config[]) => Config[]) => {
      registered = [];
      await run((config) => {
        config["bramble:cluster"] = { controlPlaneEndpoint: "api.example.com" };
        leaveOut(config, "ingress", "storage", "gogs", "backup", "sensors", "dns");
        const boards = config["bramble:boards"] as Config[];
        for (const [i, board] of boards.entries())
          Object.assign(board, {
            hostKey: hostKeyOf(i),
            ...(i < 3 && { role: "controlPlane", model: "rpi-4b-2gb" }),
          });
        config["bramble:boards"] = sort(boards);
      });
      const stated = registered.filter(({ type }) => type !== "pulumi:index:Stash");
      return Object.fromEntries(stated.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
    };
    expect(await inOrder((boards) => boards.toReversed())).toEqual(await inOrder((boards) => boards));
  });

  it("connects to no board of a cluster that is there, even if it is known how", async () => {
    await run(setUp);
    expect(components()).toContain("Gogs");
    expect(components()).not.toContain("KubeadmCluster");
    expect(components()).not.toContain("BoardBootstrap");
    expect(registered.filter(({ type }) => type.startsWith("command:"))).toEqual([]);
  });

  it("backs up every app that has a plan, and gives each what opens its repository", async () => {
    await run((config) => {
      config["bramble:ingress"] = { board: "pi3-1", acme: { email: "me@example.com" } };
      Object.assign(config["bramble:backup"] as Config, { etcd: "/var/lib/bramble/snapshots" });
    });
    const named = (type: string) => registered.filter((each) => each.type === type).map(({ name }) => name);
    const backups = ["etcd-backup-backup", "gogs-backup", "traefik-backup"];
    expect(named("bramble:storage:AppBackup").sort()).toEqual(backups);
    expect(named("kubernetes:batch/v1:CronJob").sort()).toEqual(
      [...backups, "restore-test"].map((name) => `${name}-cronjob`).sort(),
    );
    const accounts = named("random:index/randomPassword:RandomPassword").filter((name) =>
      name.startsWith("backup-account-"),
    );
    expect(accounts.sort()).toEqual(["etcd", "gogs", "traefik"].map((app) => `backup-account-${app}`));
  });

  it("warns of two control planes, and deploys", async () => {
    const warned = vi.spyOn(log, "warn").mockResolvedValue();
    await run((config) => {
      const second = { name: "pi4-2", model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.20" };
      (config["bramble:boards"] as Config[]).push(second);
    });
    const said = () =>
      warned.mock.calls.flatMap(([message]) => (message.startsWith("bramble:boards:") ? [message] : []));
    expect(said()).toEqual([expect.stringMatching(/^bramble:boards: 2 boards have the role/)]);
    expect(components()).toContain("Gogs");
    warned.mockClear();
    await run(() => undefined);
    expect(said()).toEqual([]);
  });

  it("asks the cluster that is there what else runs in it, and says why it can't", async () => {
    const warned = vi.spyOn(log, "warn").mockResolvedValue();
    await run(() => undefined);
    const why = "the cluster can't be read: its kubeconfig has no current context with a cluster";
    expect(warned.mock.calls).toEqual([[expect.stringContaining(why)]]);
    expect(called).not.toContain("pulumi:pulumi:readStackOutputs");
  });

  it("looks in the stack's own outputs for the cluster that it made", async () => {
    const warned = vi.spyOn(log, "warn").mockResolvedValue();
    await run((config) => {
      leaveOut(config, "cluster");
      setUp(config);
    });
    expect(called).toContain("pulumi:pulumi:readStackOutputs");
    expect(warned.mock.calls).toEqual([]);
  });

  it("asks nobody for a stack that extends another", async () => {
    const warned = vi.spyOn(log, "warn").mockResolvedValue();
    await run((config) => {
      for (const key of Object.keys(config)) delete config[key];
      config["bramble:extends"] = "home";
      config["bramble:cluster"] = { kubeconfig };
    });
    expect(components()).toContain("Gogs");
    expect([...called, ...warned.mock.calls]).toEqual([]);
  });

  it("registers nothing at all when a board is too small", async () => {
    const tooSmall = run((config) => ((config["bramble:boards"] as Config[])[2]!.ram = 512));
    await expect(tooSmall).rejects.toThrow("gogs needs 128Mi on pi3-2, which has 0Mi left: 128Mi too much");
    expect(registered).toEqual([]);
  });

  it("says where a kubeconfig comes from that is not there", async () => {
    const absent = run((config) => (config["bramble:cluster"] = { kubeconfig: "nowhere" }));
    await expect(absent).rejects.toThrow(/can.t read .*nowhere.*admin.conf/);
  });
});
