import type { Input } from "@pulumi/pulumi";
import type { PlannedBoard } from "../components/board/board.ts";
import { flannelWorkload } from "../components/cluster/flannelWorkload.ts";
import { kubeadmWorkloads } from "../components/cluster/kubeadmWorkloads.ts";
import { kubeStateMetricsWorkload } from "../components/cluster/kubeStateMetrics.ts";
import { metricsServerWorkload } from "../components/cluster/metricsWorkload.ts";
import type { FlannelArgs } from "../components/cluster/network.ts";
import type { DatadogAgentArgs } from "../components/datadog/agent.ts";
import { datadogWorkload } from "../components/datadog/agentWorkload.ts";
import { dogstatsdPort } from "../components/datadog/ports.ts";
import type { DynamicDnsArgs } from "../components/dns/dynamicDns.ts";
import { dynamicDnsWorkload } from "../components/dns/dynamicDnsWorkload.ts";
import type { DnsRecordsArgs } from "../components/dns/dnsRecords.ts";
import type { GogsArgs } from "../components/gogs/gogs.ts";
import { gogsNamespace, gogsWorkload } from "../components/gogs/gogsWorkload.ts";
import { cloudflareNetworks } from "../components/ingress/cloudflareNetworks.ts";
import type { RouteTls } from "../components/ingress/routeIngresses.ts";
import type { TraefikArgs } from "../components/ingress/traefik.ts";
import { traefikWorkload } from "../components/ingress/traefikWorkload.ts";
import { sensorGateway, sensorGatewayWorkload } from "../components/sensors/gatewayWorkload.ts";
import type { SensorGatewayArgs } from "../components/sensors/sensors.ts";
import type { StaticPod, Workload } from "../components/workload.ts";
import type { Settings } from "./schema.ts";
import { dataDirectory } from "./schema/apps.ts";
import { zoneOf } from "./zone.ts";

/** What each component is given; a component that the settings leave out is not there. */
export interface Apps {
  readonly priorities?: true;
  readonly flannel?: FlannelArgs;
  readonly metricsServer?: true;
  readonly kubeStateMetrics?: true;
  readonly traefik?: TraefikArgs;
  readonly dnsRecords?: DnsRecordsArgs & { readonly apiToken: Input<string> };
  readonly dynamicDns?: DynamicDnsArgs;
  readonly gogs?: GogsArgs;
  readonly datadog?: DatadogAgentArgs;
  readonly sensors?: SensorGatewayArgs;
}

/**
 * What the settings mean for each component.
 *
 * @param stack name of the stack, by which Datadog tells clusters apart
 */
export function appsOf(settings: Settings, stack: string): Apps {
  const { cluster, domain, ingress, dns, storage, gogs, datadog, sensors } = settings;
  const tls = tlsOf(settings);
  const gogsHost = gogs && `${gogs.host}.${domain}`;
  const sensorsHost = sensors && `${sensors.host}.${domain}`;
  const hosts = [gogsHost, sensorsHost].filter((host) => host !== undefined);
  const namespaces = [...(gogs ? [gogsNamespace] : []), ...(sensors ? [sensorGateway.namespace] : [])];
  return {
    priorities: true,
    ...(cluster.network === "flannel" && { flannel: { podSubnet: cluster.podSubnet } }),
    ...(cluster.metrics && { metricsServer: true }),
    ...(ingress && {
      traefik: {
        ...ingress,
        directory: storage?.directory ?? dataDirectory,
        dnsApiToken: dns?.apiToken,
        namespaces,
        trustedProxies: [...ingress.trustedProxies, ...(dns?.proxied ? cloudflareNetworks : [])],
      },
    }),
    ...namesOf(settings, hosts),
    ...(gogsHost && storage && { gogs: { ...gogs, ...storage, host: gogsHost, tls } }),
    ...(datadog && { datadog: { ...datadog, clusterName: stack }, kubeStateMetrics: true }),
    ...(sensorsHost && {
      sensors: { host: sensorsHost, tls, dogstatsdPort, hasLogin: ingress?.login !== undefined },
    }),
  };
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

/** Everything that will run on the boards: kubeadm's own pods and those of the components. */
export function workloadsOf(apps: Apps, boards: readonly PlannedBoard[]): (StaticPod | Workload)[] {
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane").map(({ name }) => name);
  return [
    kubeadmWorkloads(controlPlanes),
    apps.flannel ? flannelWorkload() : [],
    apps.metricsServer ? metricsServerWorkload() : [],
    apps.kubeStateMetrics ? kubeStateMetricsWorkload() : [],
    apps.traefik ? traefikWorkload(apps.traefik) : [],
    apps.dynamicDns ? dynamicDnsWorkload(apps.dynamicDns) : [],
    apps.gogs ? gogsWorkload(apps.gogs) : [],
    apps.datadog ? datadogWorkload(apps.datadog) : [],
    apps.sensors ? sensorGatewayWorkload(apps.sensors) : [],
  ].flat();
}
