import { type Pin, pinsOf } from "../../../commands/updates/pins.ts";

/** What was pinned in August 2026, where it was older than what is pinned now. */
const versions: Readonly<Record<string, string>> = {
  "components/ingress/images.ts traefik": "v3.7.11",
  "components/dns/images.ts cloudflare-ddns": "1.17.0",
  "components/flannel/images.ts flannel": "v0.28.8",
  "components/workload/images.ts restic": "0.19.1",
  "components/workload/images.ts node": "24.20.0-trixie-slim",
  "tools/catalogue.ts kubernetes": "1.36.3",
  "tools/go.mod k8s.io/kubernetes": "1.36.2",
  "tools/go.mod go.etcd.io/etcd/server/v3": "3.6.8",
  "lab/modules/edge/go.mod github.com/traefik/traefik/v3": "3.7.11",
  "package.json @pulumi/pulumi": "3.259.0",
  "package.json pulumi": "3.259.0",
  "package.json @pulumi/kubernetes": "4.32.0",
  "package.json @pulumi/datadog": "5.8.0",
  "package.json @pulumi/random": "4.21.1",
  "package.json @pulumi/command": "1.2.0",
  "package.json @pulumi/cloudflare": "6.21.0",
  "package.json @pulumi/policy": "1.20.0",
  "package.json typescript": "6.0.3",
  "package.json vitest": "5.1.1",
  "commands/esphome/requirements.txt esphome": "2026.6.5",
};

/** The pins of home as they were in August 2026. */
export function augustPins(): Pin[] {
  return pinsOf("home").map((pin) => {
    const version = versions[`${pin.file} ${pin.name}`] ?? pin.version;
    const old = (text: string) => text.replace(pin.version, version);
    return {
      ...pin,
      version,
      written: old(pin.written),
      ...(pin.image !== undefined && { image: old(pin.image) }),
    };
  });
}
