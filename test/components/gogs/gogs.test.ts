import { beforeAll, describe, expect, it } from "vitest";
import type { GogsArgs } from "../../../components/gogs/gogs.ts";
import { gogsDirectory, gogsWorkload } from "../../../components/gogs/gogsWorkload.ts";
import { claimName } from "../../../components/app/volumes.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const args: GogsArgs = {
  host: "gogs.home.example.com",
  storage: { board: "pi3-2", directory: "/var/lib/bramble" },
  sshPort: 2222,
  restore: "newest",
  size: "8Gi",
  tls: "acme",
};

describe("gogsWorkload", () => {
  const { pod, kind, replicas } = gogsWorkload(args);
  const containers = [...(pod.initContainers ?? []), ...pod.containers];

  it("is one pod, on the board with its data", () => {
    expect([kind, replicas]).toEqual(["StatefulSet", 1]);
    expect(pod.nodeSelector).toEqual({ "kubernetes.io/hostname": "pi3-2" });
    expect(gogsDirectory(args)).toMatchObject({ path: "/var/lib/bramble/gogs" });
    expect(pod.volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: claimName(gogsDirectory(args)) },
    });
  });

  it("makes the administrator first, with the server's own rights, memory and git configuration", () => {
    expect(containers.map(({ name }) => name)).toEqual(["upgrade", "administrator", "gogs"]);
    for (const { securityContext, resources, env } of containers.slice(1)) {
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      expect(resources).toMatchObject({ limits: { memory: "256Mi" } });
      expect(env).toContainEqual({ name: "GIT_CONFIG_SYSTEM", value: "/etc/gogs-scripts/gitconfig" });
    }
  });

  it("gives the password to the administrator's container alone", () => {
    const having = containers.filter(({ volumeMounts }) =>
      volumeMounts?.some(({ name }) => name === "admin"),
    );
    expect(having.map(({ name }) => name)).toEqual(["administrator"]);
  });

  it("gives a slow board ten minutes to start", () => {
    const { periodSeconds = 0, failureThreshold = 0 } = pod.containers[0]?.startupProbe ?? {};
    expect(periodSeconds * failureThreshold).toBe(600);
  });
});

describe("Gogs", () => {
  let registered: Registered[];
  let outputs: { url: string; passwordIsSecret: boolean };
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { isSecret, output } = await import("@pulumi/pulumi");
      const { Gogs } = await import("../../../components/gogs/gogs.ts");
      const gogs = new Gogs("gogs", args);
      const passwordIsSecret = await isSecret(gogs.adminPassword);
      outputs = await new Promise((resolve) => output({ url: gogs.url, passwordIsSecret }).apply(resolve));
    });
  });

  it("tells its address, and the password as a secret", () => {
    expect(outputs).toEqual({ url: "https://gogs.home.example.com/", passwordIsSecret: true });
  });

  it("is in a restricted namespace", () => {
    expect(inputsOf(registered, "Namespace", "gogs-namespace").metadata).toMatchObject({
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    });
  });

  it("keeps key and password in Secrets, and out of every ConfigMap", () => {
    expect(inputsOf(registered, "Secret", "gogs-first-secret-key")).toHaveProperty([
      "stringData",
      "secret-key",
    ]);
    expect(inputsOf(registered, "ConfigMap", "gogs-configuration")).toHaveProperty(["data", "app.ini"]);
    const { data } = inputsOf(registered, "ConfigMap", "gogs-scripts");
    expect(Object.keys(data as object).sort()).toEqual(["admin.sh", "gitconfig", "gogs.sh", "upgrade.sh"]);
  });

  it("makes the very claim that its pod mounts", () => {
    expect(inputsOf(registered, "PersistentVolumeClaim", "gogs-data-claim").metadata).toMatchObject({
      name: claimName(gogsDirectory(args)),
      namespace: "gogs",
    });
  });

  it("is reached through service and route", () => {
    expect(inputsOf(registered, "Service", "gogs-service").spec).toMatchObject({
      selector: { "app.kubernetes.io/name": "gogs" },
      ports: [
        { port: 80, targetPort: "http" },
        { port: 22, targetPort: "ssh" },
      ],
    });
    expect(JSON.stringify(inputsOf(registered, "Ingress", "gogs-route-ingress").spec)).toContain(
      '"service":{"name":"gogs","port":{"number":80}}',
    );
  });
});
