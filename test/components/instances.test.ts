import { beforeAll, describe, expect, it } from "vitest";
import { defaultBackups, privateRanges } from "../../components/app/index.ts";
import { inputsOf, type Registered, registeredBy } from "./registered.ts";

const entrance = { acme: { challenge: "http01" }, directory: "/var/lib/bramble" } as const;
const isolation = { apiServers: [], lan: privateRanges, podSubnet: "10.244.0.0/16" };

/** Each component of which a cluster may have several: the first as it is by default, the second in its own namespace. */
async function program(): Promise<void> {
  const { BackupStore } = await import("../../components/storage/index.ts");
  const { DynamicDns } = await import("../../components/dns/index.ts");
  const { Gogs } = await import("../../components/gogs/index.ts");
  const { Headlamp } = await import("../../components/headlamp/index.ts");
  const { OfferedVolumes } = await import("../../components/volumes/index.ts");
  const { SensorGateway } = await import("../../components/sensors/index.ts");
  const { describeApp, UserApp } = await import("../../components/userApps/index.ts");
  const { Traefik } = await import("../../components/ingress/index.ts");
  for (const suffix of ["", "-b"]) {
    /** What distinguishes the second one. */
    const at = (namespace: string) => (suffix === "" ? {} : { namespace: `${namespace}-b` });
    const routed = { tls: "acme" as const, ...(suffix !== "" && { entrance: "ingress-b" }) };
    const target = { board: "pi3-3", directory: `/backups${suffix}`, ...at("backup") };
    const names = [`gogs${suffix}`, suffix === "" ? "traefik" : "traefik-ingress-b"];
    const store = new BackupStore(`backup${suffix}`, { target, apps: names, protectPassword: false });
    const backup = { target, ...defaultBackups };
    const saved = { backup, backupSecrets: store.secrets };
    const namespaces = [`gogs${suffix}`, `sensors${suffix}`, `headlamp${suffix}`];
    const board = `pi3-1${suffix}`;
    new Traefik(`traefik${suffix}`, {
      ...entrance,
      ...saved,
      ...at("ingress"),
      board,
      namespaces,
      isolation,
    });
    const storage = { board: "pi3-2", directory: "/data" };
    const gogs = { host: `gogs${suffix}.example.com`, storage, isolation };
    new Gogs(`gogs${suffix}`, { ...gogs, ...routed, ...saved, ...at("gogs") });
    new SensorGateway(`sensors${suffix}`, {
      ...{ host: `sensors${suffix}.example.com`, devices: [] },
      ...{ board, isolation, ...routed, ...at("sensors") },
      ...(suffix !== "" && { statsdNodePort: 30_126 }),
    });
    const headlamp = { host: `ui${suffix}.example.com`, cluster: "home" };
    new Headlamp(`headlamp${suffix}`, { ...headlamp, ...routed, ...at("headlamp") });
    const address = { entrance: `entrance${suffix}.example.com`, apiToken: "t".repeat(40) };
    new DynamicDns(`dns${suffix}`, { ...address, ...at("dns") });
    const app = describeApp({
      image: "traefik/whoami:v1.11.0",
      port: 80,
      memory: { request: "16Mi", limit: "32Mi" },
    });
    new UserApp(`whoami${suffix}`, {
      name: `whoami${suffix}`,
      app,
      host: `who${suffix}.example.com`,
      ...routed,
    });
    const volume = { claim: "blog", board: "pi3-2", path: `/volumes${suffix}/blog`, size: "8Gi" };
    const storageClass = suffix === "" ? {} : { storageClass: "bramble-b" };
    new OfferedVolumes(`volumes${suffix}`, { volumes: { blog: volume }, ...storageClass });
  }
}

describe("two of each in one program", () => {
  let registered: Registered[];
  beforeAll(async () => void (registered = await registeredBy(program)));

  const objects = () => registered.filter(({ type }) => type.startsWith("kubernetes:"));

  it("have names of their own in the program", () => {
    const urns = registered.map(({ type, name }) => `${type}::${name}`);
    expect(urns.filter((urn, i) => urns.indexOf(urn) < i)).toEqual([]);
  });

  it("have objects of their own in the cluster", () => {
    const ids = objects().map(({ type, inputs }) => {
      const { namespace = "", name } = inputs.metadata as { namespace?: string; name: string };
      return `${type} ${namespace}/${name}`;
    });
    expect(ids.filter((id, i) => ids.indexOf(id) < i)).toEqual([]);
    expect(ids).toContain("kubernetes:networking.k8s.io/v1:IngressClass /traefik");
    expect(ids).toContain("kubernetes:networking.k8s.io/v1:IngressClass /traefik-ingress-b");
  });

  it("have directories of their own on a board", () => {
    const places = objects()
      .filter(({ type, name }) => type.endsWith(":PersistentVolume") && !name.startsWith("backup"))
      .map(({ inputs }) => JSON.stringify(inputs.spec))
      .map((spec) => `${/"values":\["([^"]+)/.exec(spec)?.[1]} ${/"path":"([^"]+)/.exec(spec)?.[1]}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it("leave only the first IngressClass to be the default", () => {
    const annotated = (name: string) =>
      (inputsOf(registered, "IngressClass", name).metadata as { annotations: object }).annotations;
    const isDefault = "ingressclass.kubernetes.io/is-default-class";
    expect(annotated("traefik-class")).toEqual({ [isDefault]: "true" });
    expect(annotated("traefik-b-class")).toEqual({ [isDefault]: "false" });
  });

  it("are served by their own entrance, and let in no other", () => {
    const ingress = inputsOf(registered, "Ingress", "gogs-b-route-ingress");
    expect(ingress.spec).toMatchObject({ ingressClassName: "traefik-ingress-b" });
    expect(inputsOf(registered, "RoleBinding", "gogs-b-route-access")).toMatchObject({
      roleRef: { name: "traefik-ingress-b-routes" },
      subjects: [{ name: "traefik", namespace: "ingress-b" }],
    });
    const second = JSON.stringify(objects().filter(({ name }) => /^(gogs|sensors)-b-policy/.test(name)));
    expect(second).toContain('"ingress-b"');
    expect(second).not.toContain('"ingress"}');
  });

  it("back up to their own server, each under its own name", () => {
    const text = (name: string) => JSON.stringify(inputsOf(registered, "CronJob", name));
    expect(text("gogs-backup-cronjob")).toContain("rest:http://backup-server.backup.svc:8000/gogs/");
    expect(text("gogs-b-backup-cronjob")).toContain("rest:http://backup-server.backup-b.svc:8000/gogs-b/");
    expect(text("traefik-b-backup-cronjob")).toContain("backup-b.svc:8000/traefik-ingress-b/");
  });
});
