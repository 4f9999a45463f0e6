import type { TraefikPlace } from "./traefikPlace.ts";

/** How the ACME server checks that a host is yours. */
export type AcmeChallenge = "dns01" | "http01" | "tlsAlpn01";

/** Certificates by ACME. */
export interface AcmeArgs {
  /** Account's e-mail address. Let's Encrypt writes to none since June 2025; another authority may. */
  email: string;
  /**
   * `dns01`: a TXT record at Cloudflare, needs no open port. `http01`: needs port 80 open to the internet;
   * `tlsAlpn01`: port 443.
   */
  challenge: AcmeChallenge;
  /** `production` or `staging` (Let's Encrypt), or the https url of another ACME directory. */
  directory: string;
  /** Certificate in PEM of the authority behind another directory's https, where no system knows it. */
  directoryCa?: string;
}

/** Name of the file beside traefik.yaml with `directoryCa`. */
export const directoryCaFile = "acme-ca.pem";

// https://letsencrypt.org/docs/acme-protocol-updates and …/staging-environment
const letsEncrypt: Readonly<Record<string, string>> = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

/** The certificate resolver's configuration. */
export function acmeResolverConfig(args: AcmeArgs, { paths, resolvers }: TraefikPlace) {
  const { email, challenge, directory, directoryCa } = args;
  return {
    email,
    storage: `${paths.acmeStorage}/acme.json`,
    caServer: letsEncrypt[directory] ?? directory,
    ...(directoryCa !== undefined && { caCertificates: [`${paths.configuration}/${directoryCaFile}`] }),
    // Traefik's default, RSA of 4096 bits, costs a small board far more at each handshake.
    keyType: "EC256",
    ...challengeConfig(challenge, resolvers),
  };
}

function challengeConfig(challenge: AcmeChallenge, resolvers: readonly string[]) {
  switch (challenge) {
    case "dns01":
      return {
        dnsChallenge: {
          provider: "cloudflare",
          resolvers: [...resolvers],
          // Cloudflare's own resolvers know its zones at once. Its name servers need not be reached as well,
          // which home routers that catch all of port 53 prevent.
          propagation: { disableANSChecks: true, requireAllRNS: true },
        },
      };
    case "http01":
      return { httpChallenge: { entryPoint: "web" } };
    case "tlsAlpn01":
      return { tlsChallenge: {} };
  }
}
