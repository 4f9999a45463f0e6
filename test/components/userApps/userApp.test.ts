import { beforeAll, describe, expect, it } from "vitest";
import type { AppContext } from "../../../components/app/app.ts";
import { backupWorkload } from "../../../components/app/backupWorkload.ts";
import { userApps } from "../../../components/userApps/app.ts";
import type { Container, PodSpec } from "../../../components/workload/workload.ts";
import type { Config } from "../../settings/files.ts";
import { rightApp } from "../../settings/wrongApps.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const context: AppContext = {
  stack: "home",
  domain: "home.example.com",
  boards: [],
  controlPlanes: ["pi4-1"],
  storage: { board: "pi3-2", disks: [] },
  tls: "acme",
  hasLogin: false,
  published: [],
  isRehearsal: false,
  plan: {
    target: { board: "pi3-3", directory: "/var/lib/bramble-backups" },
    schedule: "17 3 * * *",
    keep: { daily: 7, weekly: 5, monthly: 12 },
  },
};

/** The one part of an app, with some of its settings changed. */
function partOf(changes: Config = {}) {
  const settings = { wiki: { ...rightApp(), ...changes } };
  return userApps.parts(userApps.schema.parse(settings), context)[0]!;
}
const loadOf = (changes?: Config) => partOf(changes).loads![0]!;
const podOf = (changes?: Config): PodSpec => loadOf(changes).pod;
const containerOf = (changes?: Config): Container => podOf(changes).containers[0]!;

describe("the pod of an app", () => {
  it("may do nothing that it was not given by name", () => {
    const pod = podOf();
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.serviceAccountName).toBeUndefined();
    expect(pod.hostNetwork).toBeUndefined();
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(containerOf().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.volumes?.filter(({ hostPath }) => hostPath)).toEqual([]);
  });

  it("has a bound for memory and disk, and time to start", () => {
    const { resources, startupProbe, livenessProbe } = containerOf();
    expect(resources).toEqual({
      requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi" },
      limits: { memory: "128Mi", "ephemeral-storage": "1Gi" },
    });
    expect(startupProbe).toMatchObject({ tcpSocket: { port: 8080 }, failureThreshold: 60 });
    expect(livenessProbe).toMatchObject({ timeoutSeconds: 10 });
  });

  it("is loosened in what the settings name, and in nothing else", () => {
    const devices = ["/dev/ttyUSB0"];
    const loose = { user: 0, devices, security: { privileged: true, capabilities: ["NET_ADMIN"] } };
    expect(containerOf(loose).securityContext).toEqual({
      privileged: true,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
    });
    const volumes = podOf(loose).volumes?.filter(({ hostPath }) => hostPath);
    expect(volumes).toEqual([{ name: "device-0", hostPath: { path: "/dev/ttyUSB0", type: "CharDevice" } }]);
    expect(podOf(loose).automountServiceAccountToken).toBe(false);
  });

  it("with data is one at a time on the board with it; without, it may move", () => {
    expect(loadOf()).toMatchObject({ kind: "StatefulSet", replicas: 1 });
    expect(podOf().nodeSelector).toEqual({ "kubernetes.io/hostname": "pi3-2" });
    expect(loadOf({ volumes: {} })).toMatchObject({ kind: "Deployment", replicas: 1 });
    expect(podOf({ volumes: {} }).nodeSelector).toBeUndefined();
    expect(podOf({ volumes: {}, architecture: "arm64" }).nodeSelector).toEqual({
      "kubernetes.io/arch": "arm64",
    });
    expect(loadOf({ port: undefined, schedule: "0 3 * * *" })).toMatchObject({ kind: "CronJob" });
  });

  it("has its volumes as folders of one directory, which is restored before it starts", () => {
    const changes = { volumes: { data: "/data", config: "/config" }, files: { "/config/a.yaml": "a: 1\n" } };
    expect(containerOf(changes).volumeMounts).toEqual(
      expect.arrayContaining([
        { name: "data", mountPath: "/data", subPath: "data" },
        { name: "data", mountPath: "/config", subPath: "config" },
        { name: "files", mountPath: "/config/a.yaml", subPath: "file-0", readOnly: true },
      ]),
    );
    const [restore] = podOf(changes).initContainers ?? [];
    expect(restore?.volumeMounts).toContainEqual({ name: "data", mountPath: "/restored" });
    expect(podOf({ backup: { enabled: false } }).initContainers).toBeUndefined();
    const [directory] = userApps.directories!(
      userApps.schema.parse({ wiki: { ...rightApp(), group: 2000 } }),
      context.storage,
    );
    expect(directory).toMatchObject({ board: "pi3-2", path: "/var/lib/bramble/apps/wiki", owner: 2000 });
  });
});

describe("the backup of an app", () => {
  const backupOf = (changes?: Config) => {
    const { source, plan } = partOf(changes).backup!;
    return { source, ...backupWorkload(source, plan) };
  };
  const namesOf = (containers?: readonly { name: string }[]) => (containers ?? []).map(({ name }) => name);

  it("stops it by a sidecar that alone has a token", () => {
    const { pod, source } = backupOf();
    expect(namesOf(pod.initContainers)).toEqual(["quiesce", "state"]);
    expect(source.watched).toBe(".");
    const holders = [...(pod.initContainers ?? []), ...pod.containers].filter(({ volumeMounts }) =>
      volumeMounts?.some(({ name }) => name === "api"),
    );
    expect(namesOf(holders)).toEqual(["quiesce"]);
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it("copies a SQLite database while it runs, and leaves the file itself out", () => {
    const { pod, source } = backupOf({ backup: { quiesce: "sqlite", database: "data/db/wiki.db" } });
    expect(namesOf(pod.initContainers)).toEqual(["database"]);
    expect(source).toMatchObject({ database: "data/db/wiki.db" });
    expect(source.stopped).toBeUndefined();
    expect(source.excludes).toEqual(["data/lost+found", "data/data/db/wiki.db*"]);
    const restore = podOf({ backup: { quiesce: "sqlite", database: "data/db/wiki.db" } }).initContainers?.[0];
    expect(restore?.command?.at(-1)).toBe("data/db");
  });

  it("takes files as they are where it is told so, and none where there is no backup", () => {
    const { pod, serviceAccountName } = {
      ...backupOf({ backup: { quiesce: "none" } }),
      serviceAccountName: "",
    };
    expect(namesOf(pod.initContainers)).toEqual([]);
    expect(pod.serviceAccountName ?? serviceAccountName).toBe("");
    expect(partOf({ backup: { enabled: false } }).backup).toBeUndefined();
    expect(partOf({ volumes: {} }).backup).toBeUndefined();
  });
});

describe("what is registered of an app", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { userApps: descriptor } = await import("../../../components/userApps/app.ts");
      const { Provider } = await import("@pulumi/kubernetes");
      const settings = descriptor.schema.parse({
        wiki: {
          ...rightApp(),
          environment: { MODE: "plain" },
          secretEnvironment: { API: "s3cr3t" },
          generatedEnvironment: ["ADMIN"],
          secretFiles: { "/etc/wiki/key": "k3y" },
          user: 0,
        },
      });
      const [part] = descriptor.parts(settings, context);
      const opts = { provider: new Provider("kubernetes", {}) };
      const access = { password: "p", access: {} };
      part!.register("wiki", { opts, backupSecrets: { wiki: access }, backedUp: [] });
    });
  });

  it("keeps secrets in Secrets, and everything else in the app's namespace", () => {
    const holders = registered.filter(({ inputs }) => /s3cr3t|k3y/.test(JSON.stringify(inputs)));
    expect(
      holders.map(({ type, name, secrets }) => `${type.split(":").at(-1)} ${name} ${secrets.join()}`).sort(),
    ).toEqual(["App wiki app", "Secret wiki-environment stringData", "Secret wiki-secret-files stringData"]);
    const namespaces = registered.flatMap(
      ({ inputs }) => (inputs.metadata as { namespace?: string } | undefined)?.namespace ?? [],
    );
    expect(new Set(namespaces)).toEqual(new Set(["wiki"]));
  });

  it("says what is loosened, where policies and people see it", () => {
    const { spec } = inputsOf(registered, "StatefulSet", "wiki-statefulset") as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    expect(spec.template.metadata.annotations["bramble/relaxed"]).toBe("runs as root");
    const { metadata } = inputsOf(registered, "Namespace", "wiki-namespace") as {
      metadata: { labels: object };
    };
    expect(metadata.labels).toEqual({ "pod-security.kubernetes.io/enforce": "baseline" });
  });

  it("lets its backup scale it, and nothing else", () => {
    const { rules } = inputsOf(registered, "Role", "wiki-backup-quiesce-role");
    expect(rules).toEqual([
      {
        apiGroups: ["apps"],
        resources: ["statefulsets/scale"],
        resourceNames: ["wiki"],
        verbs: ["get", "patch"],
      },
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["backup-quiesce"],
        verbs: ["get", "patch"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ]);
    expect(registered.filter(({ type }) => type.includes("ClusterRole"))).toEqual([]);
  });
});
