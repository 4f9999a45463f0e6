// One edge for tests: Cloudflare, an ACME authority, the cluster's API and two apps, all on this machine.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { bcryptHash } from "../../components/ingress/login.ts";
import { defaultLimits } from "../../components/app/limits.ts";
import type { RouteTls } from "../../components/app/routeIngresses.ts";
import type { TraefikArgs } from "../../components/ingress/traefik.ts";
import type { AcmeArgs } from "../../components/ingress/acmeConfig.ts";
import { traefikWorkload } from "../../components/ingress/traefikWorkload.ts";
import { schema as userApps } from "../../components/userApps/settings.ts";
import { ownCertificate } from "../../lab/outside/certificate.ts";
import { type DnsRecord, DnsServer } from "../../lab/outside/dnsServer.ts";
import { Pebble } from "../../lab/outside/pebble.ts";
import { findPrograms } from "../programs/catalogue.ts";
import { EdgeCluster, traefikArgs } from "./cluster.ts";
import { gitServer } from "./gitServer.ts";
import { LoopbackCloudflare, LoopbackDns } from "./loopback.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";
import { testPlace, Traefik } from "./traefik.ts";

export const gogsHost = "gogs.home.example.com";
export const sensorsHost = "sensors.home.example.com";
/** Of an app of the user's, for the LAN alone. */
export const wikiHost = "wiki.home.example.com";
export const login = { user: "me", password: "correct horse battery" };

/** Why the edge cannot be built here, in one line; undefined if it can. */
export async function noEdge(): Promise<string | undefined> {
  const programs = await findPrograms();
  if ("missing" in programs) return programs.missing;
  if (ownAddress() === undefined)
    return "this machine has no IPv4 address but loopback, which endpoints may not have";
  try {
    execFileSync("openssl", ["version"], { stdio: "pipe" });
  } catch {
    return "openssl is not on PATH";
  }
  return undefined;
}

export class Home {
  readonly folder = mkdtempSync(path.join(tmpdir(), "edge-"));
  readonly cloudflare = new LoopbackCloudflare();
  readonly #dns = new LoopbackDns();
  readonly #aliases: DnsRecord[] = [];
  readonly #cluster: EdgeCluster;
  readonly #apps: Server[] = [];
  #binary = "";
  #running: Traefik | undefined;
  #hasWiki = false;
  #ports = { web: 0, websecure: 0, ping: 0, ssh: 0 };
  pebble!: Pebble;

  constructor(name: string) {
    this.#cluster = new EdgeCluster(name);
  }

  /**
   * @param tls where the hosts' certificates come from
   * @param repositories folder of bare repositories behind Gogs' host
   * @param hasWiki whether there is an app of the user's
   */
  async start(tls: RouteTls, repositories?: string, hasWiki = false): Promise<void> {
    this.#hasWiki = hasWiki;
    const programs = await findPrograms();
    if ("missing" in programs) throw new Error(programs.missing);
    this.#binary = programs.traefik;
    const [web, websecure, ping, ssh] = (await freePorts(4)) as [number, number, number, number];
    this.#ports = { web, websecure, ping, ssh };
    const dns = new DnsServer(this.cloudflare.zone, () => this.#records);
    await Promise.all([this.cloudflare.start(), this.#dns.start(dns), this.#cluster.start()]);
    const [acme, management] = (await freePorts(2)) as [number, number];
    this.pebble = await Pebble.start({
      binary: programs.pebble,
      folder: this.folder,
      listen: { address: "127.0.0.1", acme, management },
      challenges: { httpPort: web, tlsPort: websecure },
      dns: this.#dns.address,
      certificate: ownCertificate(this.folder, "pebble", "IP:127.0.0.1"),
    });
    const gogs = repositories === undefined ? app("gogs") : gitServer(repositories);
    const backends = {
      "gogs/gogs": await listening(gogs),
      "sensors/sensor-gateway": await listening(app("sensors")),
      ...(hasWiki && { "wiki/wiki": await listening(app("wiki")) }),
    };
    this.#apps.push(gogs);
    await this.#cluster.apply(() => registerApps(tls, hasWiki), backends);
  }

  /** Starts Traefik, and ends the one before; what it keeps in the folder `store` is found again by the next with the same. */
  async traefik(store: string, changes: Partial<TraefikArgs>): Promise<Traefik> {
    const folder = path.join(this.folder, store);
    const place = testPlace(folder, this.#ports, this.#dns.address);
    const kubeconfig = await this.#cluster.kubeconfigOfTraefik(path.join(this.folder, "kubeconfig"));
    const token = path.join(this.folder, "token");
    writeFileSync(token, this.cloudflare.token);
    const users = `${login.user}:${bcryptHash(login.password, "salt")}\n`;
    const namespaces = ["gogs", "sensors", ...(this.#hasWiki ? ["wiki"] : [])];
    const limits = defaultLimits;
    const args = traefikArgs({ namespaces, limits, login: { user: login.user }, ...changes });
    const env = {
      ...environmentOf(args),
      KUBECONFIG: kubeconfig,
      CF_DNS_API_TOKEN_FILE: token,
      CLOUDFLARE_BASE_URL: this.cloudflare.url,
    };
    await this.#running?.stop();
    this.#running = await Traefik.start(this.#binary, args, place, env, users);
    return this.#running;
  }

  /** Every name leads here; of Cloudflare's records only those that prove something are of use. */
  get #records(): DnsRecord[] {
    const here = { name: "*", type: "A", content: "127.0.0.1" };
    const texts = this.cloudflare.records.filter(({ type }) => type === "TXT");
    const unquoted = texts.map((text) => ({ ...text, content: text.content.replaceAll('"', "") }));
    return [...unquoted, ...this.#aliases, here];
  }

  /** Has all names below one lead to another in DNS, but for those with a record of their own. */
  alias(below: string, to: string): void {
    this.#aliases.push({ name: `*.${below}`, type: "CNAME", content: to });
  }

  /** ACME's settings for this home's authority. */
  acme(challenge: AcmeArgs["challenge"]): AcmeArgs {
    const { directory, directoryCa } = this.pebble;
    return { challenge, directory, directoryCa };
  }

  get ports() {
    return this.#ports;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    for (const each of this.#apps) each.close();
    await this.pebble.stop();
    this.cloudflare.stop();
    this.#dns.stop();
    await this.#cluster.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the pod of these arguments has in its environment. */
function environmentOf(args: TraefikArgs): NodeJS.ProcessEnv {
  const [container] = traefikWorkload(args).pod.containers;
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

async function registerApps(tls: RouteTls, hasWiki: boolean): Promise<void> {
  const { Traefik: Component } = await import("../../components/ingress/traefik.ts");
  const { Gogs } = await import("../../components/gogs/gogs.ts");
  const { SensorGateway } = await import("../../components/sensors/sensors.ts");
  new Component("traefik", traefikArgs({ certificates: "selfSigned", limits: defaultLimits }));
  const storage = { board: "pi3-2", directory: "/var/lib/bramble" };
  new Gogs("gogs", { host: gogsHost, tls, storage, size: "8Gi", sshPort: 2222, restore: "none" });
  const { UserApp } = await import("../../components/userApps/userApp.ts");
  const { wiki } = userApps.parse({
    wiki: {
      image: "ghcr.io/example/wiki:1.2.3",
      memory: { request: "64Mi", limit: "128Mi" },
      port: 8080,
      loginPaths: ["/login"],
    },
  });
  if (hasWiki) new UserApp("wiki", { name: "wiki", app: wiki!, data: undefined, host: wikiHost, tls });
  const noDevices = { devices: [], networks: [] };
  new SensorGateway("sensors", { host: sensorsHost, tls, hasLogin: true, dogstatsdPort: 8125, ...noDevices });
}

/** An app that says who asked for what; slowly below /slow. */
function app(name: string): Server {
  return createServer((request, response) => {
    const { authorization, "x-forwarded-for": forwarded } = request.headers;
    response.setHeader("content-type", "text/html");
    const heard = { path: request.url, authorization, forwarded, headers: Object.keys(request.headers) };
    const body = `<title>${name}</title>${JSON.stringify(heard)}`;
    setTimeout(() => response.end(body), request.url?.startsWith("/slow") ? 2000 : 0);
  });
}

async function listening(server: Server): Promise<{ address: string; port: number }> {
  const address = ownAddress()!;
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return { address, port: (server.address() as { port: number }).port };
}

/** An address of this machine that the API server takes for an endpoint. What is sent there stays here. */
function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal && !each.address.startsWith("169.254."))
    ?.address;
}
