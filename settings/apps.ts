import type { KubeStateMetricsArgs } from "../components/metrics/kubeStateMetrics.ts";
import { dogstatsdPort } from "../components/datadog/ports.ts";
import type { GogsArgs } from "../components/gogs/gogs.ts";
import { gogsApp, gogsNamespace } from "../components/gogs/gogsBackup.ts";
import { cloudflareNetworks } from "../components/ingress/cloudflareNetworks.ts";
import type { RouteTls } from "../components/ingress/routeIngresses.ts";
import { sensorGateway } from "../components/sensors/gatewayWorkload.ts";
import type { BackupPlan } from "../components/storage/backupTarget.ts";
import type { AppStorage } from "../components/storage/volumes.ts";
import type { Settings } from "./schema.ts";
import { dataDirectory } from "./schema/apps.ts";
import { sensorsOf } from "./sensors.ts";
import { type Apps, backupsOf, kinds } from "./workloads.ts";
import { zoneOf } from "./zone.ts";

/**
 * What the settings mean for each component.
 *
 * @param stack name of the stack, by which Datadog tells clusters apart
 */
export function appsOf(settings: Settings, stack: string): Apps {
  const { cluster, ingress, dns, storage, datadog } = settings;
  const tls = tlsOf(settings);
  const gogs = gogsOf(settings, tls);
  const sensors = sensorsOf(settings, tls);
  const hosts = [gogs?.host, sensors?.host].filter((host) => host !== undefined);
  const namespaces = [...(gogs ? [gogsNamespace] : []), ...(sensors ? [sensorGateway.namespace] : [])];
  const apps: Apps = {
    priorities: true,
    ...(cluster.network === "flannel" && { flannel: { podSubnet: cluster.podSubnet } }),
    ...(cluster.metrics && { metricsServer: true }),
    ...etcdBackupOf(settings),
    ...(ingress && {
      traefik: {
        ...ingress,
        directory: storage?.directory ?? dataDirectory,
        dnsApiToken: dns?.apiToken,
        namespaces,
        trustedProxies: [...ingress.trustedProxies, ...(dns?.proxied ? cloudflareNetworks : [])],
        ssh: gogs && { port: gogs.sshPort, backend: `${gogsApp}.${gogsNamespace}.svc:22` },
        backup: planOf(settings),
      },
    }),
    ...namesOf(settings, hosts),
    ...(gogs && { gogs }),
    ...(datadog && {
      datadog: { ...datadog, clusterName: stack },
      kubeStateMetrics: { entrance: entranceOf(settings, hosts) },
    }),
    ...(sensors && { sensors }),
  };
  return { ...apps, ...backupStoreOf(settings, apps) };
}

function tlsOf({ ingress, domain }: Settings): RouteTls {
  if (ingress?.certificates !== "acme") return "selfSigned";
  return ingress.acme?.wildcard ? { wildcard: `*.${domain}` } : "acme";
}

/** The hosts' names at Cloudflare. While paused nothing is registered there, so that no token is needed. */
function namesOf(
  { dns, domain }: Settings,
  hosts: readonly string[],
): Pick<Apps, "dnsRecords" | "dynamicDns"> {
  if (!dns) return {};
  const { apiToken, addresses, proxied, ttl, paused } = dns;
  const entrance = `${dns.entrance}.${domain}`;
  const zone = zoneOf(domain, dns.zone);
  return {
    ...(!paused && { dnsRecords: { zone, entrance, hosts, addresses, proxied, ttl, apiToken } }),
    ...(addresses.length === 0 && { dynamicDns: { entrance, proxied, ttl, paused, apiToken } }),
  };
}

function gogsOf(settings: Settings, tls: GogsArgs["tls"]): GogsArgs | undefined {
  const { domain, storage, gogs } = settings;
  if (!gogs || !storage) return undefined;
  const { size, sshPort, adminPassword, restore } = gogs;
  const onBoard = { board: gogs.board ?? storage.board ?? "", directory: storage.directory };
  const where: AppStorage = gogs.volume === "nfs" && storage.nfs ? { nfs: storage.nfs } : onBoard;
  const host = `${gogs.host}.${domain}`;
  return { host, size, sshPort, adminPassword, restore, storage: where, tls, backup: planOf(settings) };
}

function planOf({ backup, datadog }: Settings): BackupPlan | undefined {
  if (!backup) return undefined;
  const { board = "", directory, nfs, s3, schedule, keep } = backup;
  const target = nfs ? { nfs } : s3 ? { s3 } : { board, directory };
  return { target, schedule, keep, ...(datadog && { statsdPort: dogstatsdPort }) };
}

/** The store of whatever of the apps is backed up. */
function backupStoreOf(settings: Settings, apps: Apps): Pick<Apps, "backup"> {
  const { backup, extends: base } = settings;
  const plan = planOf(settings);
  if (!backup || !plan) return {};
  const { password, accessKey, secretKey } = backup;
  const protectPassword = base === undefined;
  const backedUp = backupsOf(apps, kinds).map(({ source }) => source.app);
  return {
    backup: { target: plan.target, apps: backedUp, password, accessKey, secretKey, protectPassword },
  };
}

/** Each control plane takes snapshots; the first by name that lives is asked, whatever the order of the list. */
function etcdBackupOf(settings: Settings): Pick<Apps, "etcdBackup"> {
  const { boards, backup } = settings;
  const plan = planOf(settings);
  if (!plan || backup?.etcd === undefined) return {};
  const living = boards.filter(({ role, dead }) => role === "controlPlane" && !dead);
  const [board = ""] = living.map(({ name }) => name).sort();
  return { etcdBackup: { board, directory: backup.etcd, backup: plan } };
}

function entranceOf(
  { boards, ingress }: Settings,
  hosts: readonly string[],
): KubeStateMetricsArgs["entrance"] {
  const board = boards.find(({ name }) => name === ingress?.board);
  return board && { address: board.host, hosts };
}
