// The provider gives the home another address.
import { dnsRecords } from "../../../components/dns/dnsRecords.ts";
import { dynamicDnsObjects, dynamicDnsWorkload } from "../../../components/dns/dynamicDnsWorkload.ts";
import { filesBeside } from "../../../components/workload/podFiles.ts";
import { labelsOf } from "../../../components/workload/workload.ts";
import { apply, kubectl, until, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import type { Say } from "../../faults/fault.ts";
import { optionalProgram } from "../../images/optionalPrograms.ts";
import { browse, inShort } from "../browse.ts";
import { aroundOf, hostOf, measured } from "../home.ts";
import { hostsOf } from "../surroundings.ts";

const scripts = new URL("../../../components/dns/dynamicDns.ts", import.meta.url).href;
const authorities = "/etc/lab/authorities.pem";

/**
 * The home's public address changes, and its names follow. Pulumi's provider for Cloudflare is not in the lab: what it
 * would create is put there by hand, and the updater's own workload is given the root of the lab's Cloudflare.
 */
export async function addressChanges(lab: Lab, say: Say): Promise<Finding[]> {
  const { missing } = optionalProgram("ddns");
  if (missing !== undefined) return [{ what: "there is a DNS updater", holds: false, seen: missing }];
  const { cloudflare, dns, router } = aroundOf(lab);
  const hosts = hostsOf(lab.settings);
  const entrance = hostOf(lab, "entrance");
  const records = dnsRecords({
    zone: cloudflare.zone,
    entrance,
    hosts,
    addresses: [],
    proxied: false,
    ttl: 60,
  });
  for (const host of hosts) dns.set(host, "A");
  for (const record of records) cloudflare.put(record);
  try {
    await apply(lab.first, updaterObjects(entrance, lab));
    return await addressFollowed(lab, entrance, say);
  } finally {
    await kubectl(lab.first, "delete namespace dns --ignore-not-found");
    cloudflare.records = [];
    for (const host of hosts) dns.set(host, "A", router.address);
  }
}

async function addressFollowed(lab: Lab, entrance: string, say: Say): Promise<Finding[]> {
  const { cloudflare, router, stranger, root } = aroundOf(lab);
  const address = () =>
    Promise.resolve(cloudflare.records.find(({ name }) => name === entrance)?.content ?? "none");
  const follows = (at: string) => until(420, address, (seen) => seen === at);
  const before = await follows(router.address);
  const begin = performance.now();
  const now = await router.changeAddress();
  say(`the home's address is ${now}`);
  const after = await follows(now);
  const seconds = (performance.now() - begin) / 1000;
  const page = await browse(stranger, `https://${hostOf(lab, "sensors")}/`, { root });
  const pods = () => kubectl(lab.first, "-n dns get pods --no-headers");
  const seen = after.holds ? `after ${seconds.toFixed(0)} s` : after.seen;
  return [
    { what: "the updater sets the home's address", ...before },
    measured("the name follows the new one", after.holds, seen),
    measured("the page is there by its name", page.status === 401, inShort(page)),
    { what: "the updater's pod is ready", ...(await until(120, pods, (line) => line.includes(" 2/2 "))) },
  ];
}

/** What the component registers, with a root besides. */
function updaterObjects(entrance: string, lab: Lab): object[] {
  const { cloudflare, ca } = aroundOf(lab);
  const { name, namespace, pod } = dynamicDnsWorkload({ entrance, proxied: false, ttl: 60, paused: false });
  const labels = labelsOf(name);
  const root = { name: "root", configMap: { name: "root" } };
  const containers = pod.containers.map((container) => ({
    ...container,
    env: [...(container.env ?? []), { name: "SSL_CERT_FILE", value: authorities }],
    volumeMounts: [
      ...(container.volumeMounts ?? []),
      { name: "root", mountPath: authorities, subPath: "root" },
    ],
  }));
  const spec = { ...pod, containers, volumes: [...(pod.volumes ?? []), root] };
  const metadata = (called: string) => ({ name: called, namespace });
  const { token, scripts: own } = dynamicDnsObjects;
  const data = filesBeside(scripts, "heard.sh", "ready.sh");
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(token),
      stringData: { "api-token": cloudflare.token },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(own), data },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("root"), data: { root: ca } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(name),
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
}
