// What a home uses of the internet: name servers, a certificate authority, and Cloudflare's API.
import { createServer } from "node:https";
import { obtainTools } from "../../tools/obtain.ts";
import { thisMachine } from "../../tools/setUp.ts";
import { edgeModules, pebble } from "../appPrograms.ts";
import type { Surroundings } from "../built.ts";
import { publicResolvers, servicesAddress } from "./addresses.ts";
import { type OwnCertificate, ownCertificate } from "./certificate.ts";
import { CloudflareApi } from "./cloudflareApi.ts";
import { DnsServer } from "./dnsServer.ts";
import { DnsTable } from "./dnsTable.ts";
import { Ends } from "./ends.ts";
import type { Namespace } from "./namespace.ts";
import { Pebble } from "./pebble.ts";
import { bindIn, listenIn } from "./sockets.ts";

/** Names of the services. One is real: nothing has to be told another. */
const acmeName = "acme.example.net";
const cloudflareName = "api.cloudflare.com";

/** Ports of the authority: for ACME, and for questions about itself. */
const acmePorts = { acme: 14000, management: 15000 };

/** What the services need of a lab. */
export interface ServicesOptions extends Surroundings {
  /** For their files. */
  folder: string;
}

/**
 * Starts the services. A program that is missing is built first.
 *
 * @throws an Error with what was printed, if one does not start
 */
export async function startServices(internet: Namespace, { folder, ...surroundings }: ServicesOptions) {
  const setUp = { ...thisMachine(), ...surroundings, tools: [pebble], modules: edgeModules };
  const { pebble: binary } = await obtainTools(setUp);
  const names = [`DNS:${acmeName}`, `DNS:${cloudflareName}`, `IP:${servicesAddress}`];
  const certificate = ownCertificate(folder, "services", names.join(","));
  const cloudflare = new CloudflareApi();
  const dns = new DnsTable(cloudflare);
  for (const name of [acmeName, cloudflareName]) dns.set(name, "A", servicesAddress);
  const ends = new Ends();
  return ends.unlessFailed(async () => {
    await serveDns(internet, new DnsServer(cloudflare.zone, () => dns.records), ends);
    await serveCloudflare(internet, cloudflare, certificate, ends);
    const authority = await Pebble.start({
      binary,
      folder,
      enter: internet.enter,
      listen: { address: servicesAddress, ...acmePorts },
      challenges: { httpPort: 80, tlsPort: 443 },
      dns: `${servicesAddress}:53`,
      certificate,
    });
    ends.add(() => authority.stop());
    return {
      /** What vouches for the https of the services, in PEM. */
      ca: certificate.certificate,
      /** Its file. */
      caFile: certificate.certificateFile,
      acme: {
        directoryUrl: `https://${acmeName}:${acmePorts.acme}/dir`,
        /** The root that browsers must trust, in PEM. It is another at each start. */
        root: () => authority.root(),
        /** How many certificates were issued. */
        issued: () => authority.issued,
        /** What the authority printed: each validation, and why it failed. */
        output: () => authority.output,
      },
      dns,
      /** Cloudflare, under its own name. What is created there is in DNS at once. */
      cloudflare,
      stop: () => ends.stop(),
    };
  });
}

async function serveDns({ enter }: Namespace, dns: DnsServer, ends: Ends): Promise<void> {
  for (const address of [servicesAddress, ...publicResolvers]) {
    const socket = await bindIn(enter, address, 53);
    ends.add(() => socket.close());
    const streams = await listenIn(enter, address, 53);
    ends.add(() => streams.close());
    dns.serve(socket, streams);
  }
}

async function serveCloudflare(
  { enter }: Namespace,
  cloudflare: CloudflareApi,
  { certificate, key }: OwnCertificate,
  ends: Ends,
): Promise<void> {
  const server = createServer({ cert: certificate, key }, (request, response) => {
    void cloudflare.serve(request, response);
  });
  const listening = await listenIn(enter, servicesAddress, 443);
  listening.on("connection", (connection) => server.emit("connection", connection));
  ends.add(() => {
    listening.close();
    server.closeAllConnections();
  });
}
