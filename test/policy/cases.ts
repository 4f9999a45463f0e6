import { stringify } from "yaml";
import { memoryPlan } from "../../components/board/memoryPlan.ts";
import { kubeletConfiguration } from "../../components/board/kubeletConfig.ts";
import { controlPlaneCases } from "./controlPlaneCases.ts";
import {
  board,
  type Case,
  claim,
  command,
  configMap,
  controller,
  controlPlane,
  type Declared,
  deployment,
  object,
  volume,
} from "./sound.ts";

const cases: Case[] = [];
let count = 0;
const name = (policy: string) => `${policy}-${count++}`;
type Make = (name: string) => Declared;
const breaks = (policy: string, says: string, make: Make, config?: Record<string, unknown>) =>
  void cases.push({ policy, says, resource: make(name(policy)), config });
const passes = (policy: string, make: Make, config?: Record<string, unknown>) =>
  void cases.push({ policy, resource: make(name(policy)), config });

const hard =
  (memory: string): Make =>
  (own) =>
    board(own, ({ evictionHard }) => (evictionHard!["memory.available"] = memory));
passes("eviction-thresholds", (own) => board(own));
for (const memory of ["100Mi", "256Mi", "20%"]) passes("eviction-thresholds", hard(memory));
passes("eviction-thresholds", (own) =>
  board(own, (kubelet) =>
    Object.assign(kubelet, {
      evictionHard: { "memory.available": "128Mi" },
      mergeDefaultEvictionSettings: true,
    }),
  ),
);
// The mistake of 2018.
breaks("eviction-thresholds", "memory.available is 50Mi, below 100Mi", hard("50Mi"));
breaks("eviction-thresholds", "below 100Mi", hard("5%"));
breaks("eviction-thresholds", "above 0.25 of the board's 1024 MiB (256Mi)", hard("257Mi"));
breaks("eviction-thresholds", "above 0.25", hard("30%"));
for (const signal of [
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
] as const)
  breaks("eviction-thresholds", `evictionHard has no ${signal}`, (own) =>
    board(own, ({ evictionHard }) => delete evictionHard![signal]),
  );
breaks("eviction-thresholds", "evictionHard has no memory.available, nodefs.available", (own) =>
  board(own, (kubelet) => delete kubelet.evictionHard),
);
const kubeletConfig =
  (memory: string): Make =>
  (own) => {
    const evictionHard = {
      ...kubeletConfiguration(memoryPlan(905)).evictionHard,
      "memory.available": memory,
    };
    const kubelet = { kind: "KubeletConfiguration", evictionHard };
    const found = object("core/v1:ConfigMap", own, { data: { kubelet: stringify(kubelet) } }, "kube-system");
    Object.assign(found.props.metadata as object, { name: "kubelet-config" });
    return found;
  };
breaks("eviction-thresholds", "memory.available is 60Mi, below 100Mi", kubeletConfig("60Mi"));

passes("eviction-soft", (own) => board(own));
breaks("eviction-soft", "evictionSoft has no memory.available", (own) =>
  board(own, (kubelet) => delete kubelet.evictionSoft),
);
breaks("eviction-soft", "is 128Mi, not above the hard threshold 128Mi", (own) =>
  board(own, ({ evictionSoft }) => (evictionSoft!["memory.available"] = "128Mi")),
);
breaks("eviction-soft", "evictionSoftGracePeriod has no memory.available", (own) =>
  board(own, (kubelet) => delete kubelet.evictionSoftGracePeriod),
);
breaks("eviction-soft", "evictionMinimumReclaim has no memory.available", (own) =>
  board(own, (kubelet) => delete kubelet.evictionMinimumReclaim),
);

passes("reservations", (own) => board(own));
for (const reserved of ["systemReserved", "kubeReserved"] as const)
  breaks("reservations", `${reserved} has no memory`, (own) =>
    board(own, (kubelet) => delete kubelet[reserved]),
  );
breaks("reservations", "take 905 of the board's 905 MiB", (own) =>
  board(own, ({ kubeReserved }) => (kubeReserved!.memory = "671Mi")),
);
breaks("reservations", "systemReserved.memory is 20Mi, less than the kernel alone", (own) =>
  board(own, ({ systemReserved }) => (systemReserved!.memory = "20Mi")),
);
breaks("reservations", "kubeReserved.memory is 120Mi, but kubelet", (own) =>
  board(own, ({ kubeReserved }) => (kubeReserved!.memory = "120Mi")),
);
breaks("reservations", "the shims of 110 pods need 430Mi", (own) =>
  board(own, (kubelet) => (kubelet.maxPods = 110)),
);
breaks("reservations", "more than 0.75 of it", (own) =>
  board(own, ({ kubeReserved }) => (kubeReserved!.memory = "600Mi")),
);

passes("swap", (own) => board(own));
passes("swap", (own) =>
  board(own, (kubelet) =>
    Object.assign(kubelet, { failSwapOn: false, memorySwap: { swapBehavior: "LimitedSwap" } }),
  ),
);
breaks("swap", "failSwapOn is false without", (own) => board(own, (kubelet) => (kubelet.failSwapOn = false)));
breaks("swap", "it is NoSwap", (own) =>
  board(own, (kubelet) =>
    Object.assign(kubelet, { failSwapOn: false, memorySwap: { swapBehavior: "NoSwap" } }),
  ),
);
breaks("swap", "swapBehavior is LimitedSwap, but the kubelet does not start", (own) =>
  board(own, (kubelet) => (kubelet.memorySwap = { swapBehavior: "LimitedSwap" })),
);

passes("control-plane-memory", (own) => controlPlane(own));
passes("control-plane-memory", (own) => board(own));
passes("control-plane-memory", (own) => controlPlane(own, 1024, 905), { minimumMi: 900 });
breaks("control-plane-memory", "a control plane needs at least 1069", (own) => controlPlane(own, 1024, 905));

const kinds = ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job", "CronJob", "Pod"];
for (const kind of kinds) {
  passes("container-memory", (own) => controller(kind, own));
  // The limit is the request as well.
  passes("container-memory", (own) => controller(kind, own, (app) => delete app.resources.requests));
  breaks("container-memory", "container app has no memory limit", (own) =>
    controller(kind, own, (app) => delete app.resources.limits),
  );
}
passes("container-memory", (own) =>
  deployment(own, (app, spec) => {
    app.resources = {};
    spec.resources = { limits: { memory: "64Mi" } };
  }),
);
breaks("container-memory", '"64 MB" is not a Kubernetes memory quantity', (own) =>
  deployment(own, (app) => (app.resources.limits!.memory = "64 MB")),
);
breaks("container-memory", "a memory limit of 16Mi, below its request of 32Mi", (own) =>
  deployment(own, (app) => (app.resources.limits = { memory: "16Mi" })),
);
breaks("container-memory", "container init has no memory limit", (own) =>
  deployment(
    own,
    (app, spec) =>
      (spec.initContainers = [{ ...app, name: "init", resources: { requests: { memory: "64Mi" } } }]),
  ),
);

const guaranteed = { priorityClasses: ["bramble-app"] };
passes("guaranteed-memory", (own) => deployment(own));
passes(
  "guaranteed-memory",
  (own) => deployment(own, (app) => (app.resources.limits = { memory: "32Mi" })),
  guaranteed,
);
breaks(
  "guaranteed-memory",
  "its memory request is 32Mi and its limit 64Mi",
  (own) => deployment(own),
  guaranteed,
);
const byName = { workloads: [`apps/guaranteed-memory-${count}`] };
breaks(
  "guaranteed-memory",
  "must not be evicted, but its memory request is 32Mi",
  (own) => deployment(own),
  byName,
);
passes("guaranteed-memory", (own) => deployment(own), byName);

passes("ephemeral-storage", (own) => deployment(own));
passes("ephemeral-storage", (own) =>
  deployment(own, ({ resources }) => delete resources.requests!["ephemeral-storage"]),
);
for (const kind of kinds) {
  breaks("ephemeral-storage", "container app has no ephemeral-storage limit", (own) =>
    controller(kind, own, ({ resources }) => delete resources.limits!["ephemeral-storage"]),
  );
}
breaks("ephemeral-storage", "container copy has no ephemeral-storage limit", (own) =>
  deployment(own, (app, spec) => (spec.initContainers = [{ ...app, name: "copy", resources: {} }])),
);
breaks("ephemeral-storage", "limit of 8Mi, below its request of 16Mi", (own) =>
  deployment(own, ({ resources }) => (resources.limits!["ephemeral-storage"] = "8Mi")),
);

passes("cpu-limit", (own) => deployment(own));
passes("cpu-limit", (own) => deployment(own, (app) => Object.assign(app.resources.limits!, { cpu: "1" })));
breaks("cpu-limit", "a CPU limit of 100m, below 250m", (own) =>
  deployment(own, (app) => Object.assign(app.resources.limits!, { cpu: "100m" })),
);

passes("startup-probe", (own) => deployment(own));
passes("startup-probe", (own) => controller("Job", own, (app) => delete app.startupProbe));
breaks("startup-probe", "container app has no startupProbe", (own) =>
  deployment(own, (app) => delete app.startupProbe),
);

passes("probe-timing", (own) => deployment(own));
breaks("probe-timing", "the startupProbe of container app allows 30 s", (own) =>
  deployment(own, (app) => (app.startupProbe = { httpGet: { port: 80 }, timeoutSeconds: 5 })),
);
breaks("probe-timing", "the livenessProbe of container app allows 30 s", (own) =>
  deployment(own, (app) => (app.livenessProbe = { httpGet: { port: 80 }, timeoutSeconds: 5 })),
);
breaks("probe-timing", "times out after 1 s", (own) =>
  deployment(own, (app) => (app.readinessProbe = { httpGet: { port: 80 } })),
);

passes("priority-class", (own) => deployment(own));
breaks("priority-class", "has no priorityClassName", (own) =>
  deployment(own, (_, spec) => delete spec.priorityClassName),
);
breaks("priority-class", "has the priority class bramble-app. Allowed: high.", (own) => deployment(own), {
  allowed: ["high"],
});

const image =
  (text: string): Make =>
  (own) =>
    deployment(own, (app) => (app.image = text));
const digest = `@sha256:${"0".repeat(64)}`;
for (const text of ["traefik:v3.7.11", `traefik${digest}`, "gogs/gogs:next-0.14.3"])
  passes("image-tag", image(text));
passes("arm64-image", image("registry.example:5000/a/b:1.2"), { images: ["registry.example:5000/a/b"] });
passes("arm64-image", image("anything:1.2"), { images: ["*"] });
passes("image-tag", image("anything:1.2"));
for (const text of ["traefik", "traefik:latest", "traefik:v3", "traefik:stable"])
  breaks("image-tag", "which can change at any time", image(text));
breaks("arm64-image", "mysql, which is not known to run on arm64", image("mysql:8.4.1"));
for (const text of ["arm32v7/traefik:3.7.1", "traefik:3.7.1-amd64"])
  breaks("image-tag", "not built for arm64", image(text));

const pinned = "traefik:v3.7.18";
passes("image-age", image(pinned), { dates: { [pinned]: "2999-01-01" } });
passes("image-age", image(pinned), { dates: { [pinned]: "2020-01-01" }, mostDays: 1e6 });
passes("image-age", image("mysql:8.4.1"));
for (const text of [pinned, `${pinned}${digest}`])
  breaks("image-age", "on 2020-01-01; 120 are allowed", image(text), { dates: { [pinned]: "2020-01-01" } });
breaks("image-age", "gogs#8390", image("gogs/gogs:next-0.14.3"), { dates: {} });
for (const text of [pinned, "traefik:v3.7.20", "gogs/gogs:next-0.14.3", "node:26.1.0", `traefik${digest}`])
  passes("image-bad", image(text));
for (const text of ["traefik:v3.7.13", `docker.io/library/traefik:3.6${digest}`])
  breaks(
    "image-bad",
    `has the image ${text}, a version that is known to be bad: CVE-2026-137481`,
    image(text),
  );
breaks("image-bad", "Use 9.1.0 or newer", image("mysql:8.4.1"), {
  bad: [{ image: "mysql", versions: "<9.1.0", why: "a reason", fix: "9.1.0" }],
});

passes("pod-privileges", (own) => deployment(own));
breaks("pod-privileges", "container app is privileged", (own) =>
  deployment(own, (app) => (app.securityContext = { privileged: true })),
);
breaks("pod-privileges", "container app is privileged", (own) =>
  deployment(own, (app) => (app.securityContext = { capabilities: { add: ["SYS_ADMIN"] } })),
);
breaks("pod-privileges", "mounts /etc of whichever board", (own) =>
  deployment(own, (_, spec) => (spec.volumes = [{ name: "etc", hostPath: { path: "/etc" } }])),
);

/** A deployment whose annotation says what of it is loosened. */
const relaxed =
  (what: string, change?: Parameters<typeof deployment>[1]): Make =>
  (own) => {
    const made = deployment(own, change);
    const { template } = made.props.spec as { template: { metadata: object } };
    Object.assign(template.metadata, { annotations: { "bramble/relaxed": what } });
    return made;
  };
const device: Parameters<typeof deployment>[1] = (app, spec) => {
  app.securityContext = { privileged: true };
  spec.volumes = [{ name: "stick", hostPath: { path: "/dev/ttyUSB0" } }];
};
passes("pod-privileges", relaxed("runs as root, is privileged, uses /dev/ttyUSB0", device));
breaks("pod-privileges", "container app is privileged", relaxed("uses /dev/ttyUSB0", device));
breaks("pod-privileges", "mounts /dev/ttyUSB0", relaxed("is privileged, uses /dev/ttyUSB1", device));
for (const path of ["/etc", "/dev", "/dev/../etc"])
  breaks(
    "pod-privileges",
    `mounts ${path} of`,
    relaxed(`uses ${path}`, (_, spec) => (spec.volumes = [{ name: "files", hostPath: { path } }])),
  );
passes("relaxed-security", (own) => deployment(own));
breaks("relaxed-security", "runs as root, as its settings say", relaxed("runs as root"));

passes("namespace-set", (own) => deployment(own));
passes("namespace-set", (own) => volume(own));
breaks("namespace-set", "is in the namespace default,", (own) => deployment(own, undefined, "default"));
breaks("namespace-set", "since none is set", (own) => deployment(own, undefined, ""));
breaks("namespace-set", "is in the namespace default", (own) =>
  object("core/v1:Service", own, { spec: { ports: [{ port: 80 }] } }, "default"),
);

const env =
  (variable: object): Make =>
  (own) =>
    deployment(own, (app) => (app.env = [{ ...variable }]));
passes("plain-secrets", (own) =>
  configMap(own, { "app.ini": "[server]\nPROTOCOL = http\nTOKEN_FILE = /run/token" }),
);
passes(
  "plain-secrets",
  env({ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }),
);
passes("plain-secrets", env({ name: "API_TOKEN_FILE", value: "/run/secrets/token" }));
passes("plain-secrets", (own) => command(own, { stdin: "password=correct0horse1battery" }));
breaks("plain-secrets", "app.ini contains a secret", (own) =>
  configMap(own, { "app.ini": "PASSWORD = correct0horse1battery" }),
);
breaks("plain-secrets", "key.pem contains a secret", (own) =>
  configMap(own, { "key.pem": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n" }),
);
breaks("plain-secrets", "admin-password contains a secret", (own) =>
  configMap(own, { "admin-password": "hunter2" }),
);
breaks(
  "plain-secrets",
  "its environment variable DB_PASSWORD",
  env({ name: "DB_PASSWORD", value: "hunter2" }),
);
breaks(
  "plain-secrets",
  "its environment variable GIT",
  env({ name: "GIT", value: `ghp_${"a1".repeat(18)}` }),
);
breaks("plain-secrets", "container app has a secret in its command line", (own) =>
  deployment(own, (app) => (app.args = ["--password=correct0horse1battery"])),
);
breaks("plain-secrets", "create has a secret in its command line", (own) =>
  command(own, { create: "login --token abcdef0123456789" }),
);

passes("host-keys", (own) => command(own));
const connection = { host: "192.0.2.1", user: "pi" };
breaks("host-keys", "the SSH connection to 192.0.2.1 has no hostKey", (own) => command(own, { connection }));
breaks("host-keys", "the SSH connection to 192.0.2.9 has no hostKey", (own) =>
  command(own, { connection: { ...connection, hostKey: "ssh-ed25519 AAAA", proxy: { host: "192.0.2.9" } } }),
);

passes("data-volumes", (own) => volume(own, "Retain"));
passes("data-volumes", (own) => volume(own));
passes("data-volumes", (own) => claim(own, "some-volume"));
passes("data-volumes", (own) => ({ ...claim(own), isProtected: true }));
breaks("data-volumes", "persistentVolumeReclaimPolicy is Delete", (own) => volume(own, "Delete"));
breaks("data-volumes", "is bound to a dynamically provisioned volume", (own) => claim(own));
breaks("data-volumes", "deletes its claims", (own) => {
  const set = controller("StatefulSet", own);
  Object.assign(set.props.spec as object, {
    volumeClaimTemplates: [{ metadata: { name: "data" } }],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
  });
  return set;
});

/** Every way to break a policy that judges one resource, and what each lets pass. */
export const resourceCases: readonly Case[] = [...cases, ...controlPlaneCases];
