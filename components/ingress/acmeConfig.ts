import type { TraefikPlace } from "./traefikPlace.ts";

/** Certificates by ACME. */
export interface AcmeArgs {
  /** Contact for the authority. Default: none, which Let's Encrypt accepts. */
  readonly email?: string | undefined;
  /** How the authority is shown that a host is one's own. Default: `dns01`, by a TXT record at Cloudflare. */
  readonly challenge?: "dns01" | "http01" | "tlsAlpn01";
  /** The authority: Let's Encrypt's `production` or `staging`, or the URL of another ACME directory. Default: production. */
  readonly directory?: string;
  /** CA certificate in PEM for the https of that URL. Default: what is publicly trusted. */
  readonly directoryCa?: string | undefined;
}

/** What certificates by ACME are by default. */
export const defaultAcme = { challenge: "dns01", directory: "production" } as const;

/** Name of the file beside traefik.yaml with `directoryCa`, the authority's certificate. */
export const directoryCaFile = "acme-ca.pem";

// https://letsencrypt.org/docs/acme-protocol-updates and …/staging-environment
const letsEncrypt: Readonly<Record<string, string>> = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

/** The certificate resolver's configuration. */
export function acmeResolverConfig(args: AcmeArgs, { paths, resolvers }: TraefikPlace) {
  const { email, challenge, directory, directoryCa } = { ...defaultAcme, ...args };
  return {
    // Without one Traefik registers an account without a contact (RFC 8555, 7.1.2).
    ...(email !== undefined && { email }),
    storage: `${paths.acmeStorage}/acme.json`,
    caServer: letsEncrypt[directory] ?? directory,
    ...(directoryCa !== undefined && { caCertificates: [`${paths.configuration}/${directoryCaFile}`] }),
    // Traefik's default, RSA of 4096 bits, costs a small board far more at each handshake.
    keyType: "EC256",
    ...challengeConfig(challenge, resolvers),
  };
}

function challengeConfig(challenge: NonNullable<AcmeArgs["challenge"]>, resolvers: readonly string[]) {
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
