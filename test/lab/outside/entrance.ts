// The entrance as a board would have it, in a namespace: Traefik with what the component configures, but for its routes.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { acmeResolver, secureEntryPoint } from "../../../components/app/entrance.ts";
import { defaultLimits } from "../../../components/app/limits.ts";
import { type AcmeArgs, directoryCaFile } from "../../../components/ingress/acmeConfig.ts";
import { traefikStaticConfig } from "../../../components/ingress/traefikConfig.ts";
import { traefikDynamicConfig } from "../../../components/ingress/traefikDynamic.ts";
import { containerPlace } from "../../../components/ingress/traefikPlace.ts";
import type { Namespace } from "../../../lab/outside/namespace.ts";
import type { Outside } from "../../../lab/outside/outside.ts";
import { Program } from "../../../lab/outside/program.ts";
import { traefikArgs } from "../../edge/cluster.ts";
import { findPrograms } from "../../programs/catalogue.ts";

/** Port of the one app behind it, on the same computer. */
export const appPort = 9000;

/**
 * Starts it.
 *
 * @param folder for its files; must be new
 * @param host whose certificate it gets
 */
export async function startEntrance(
  computer: Namespace,
  { acme: authority, ca, caFile, cloudflare }: Outside,
  folder: string,
  host: string,
  challenge: AcmeArgs["challenge"],
): Promise<Program> {
  const programs = await findPrograms();
  if ("missing" in programs) throw new Error(programs.missing);
  const file = (name: string) => path.join(folder, name);
  const paths = { configuration: folder, acmeStorage: folder, dnsApiToken: file("token"), users: folder };
  const ports = { ...containerPlace.ports, web: 80, websecure: 443 };
  const place = { ...containerPlace, ports, paths };
  const acme = { challenge, directory: authority.directoryUrl, directoryCa: ca };
  const args = traefikArgs({ acme, namespaces: [], limits: defaultLimits });
  const dynamic = traefikDynamicConfig(args, place);
  const route = {
    rule: `Host(\`${host}\`)`,
    entryPoints: [secureEntryPoint],
    tls: { certResolver: acmeResolver },
    service: "app",
  };
  const app = { loadBalancer: { servers: [{ url: `http://127.0.0.1:${appPort}` }] } };
  const routers = { ...dynamic.http.routers, route };
  mkdirSync(folder);
  writeFileSync(file("traefik.yaml"), stringify(traefikStaticConfig(args, place)));
  writeFileSync(
    file("dynamic.yaml"),
    stringify({ ...dynamic, http: { ...dynamic.http, routers, services: { app } } }),
  );
  writeFileSync(file(directoryCaFile), ca);
  writeFileSync(file("token"), cloudflare.token);
  const [command, ...rest] = [...computer.enter, programs.traefik, `--configFile=${file("traefik.yaml")}`];
  return new Program(command, rest, { CF_DNS_API_TOKEN_FILE: file("token"), SSL_CERT_FILE: caFile });
}
