// The entrance, and the hosts behind it.
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import * as app from "../components/app/index.ts";
import * as ingress from "../components/ingress/index.ts";
import {
  type BackupPlan,
  type Certificates,
  type HostArgs,
  type Isolation,
  planOf,
  type RepositorySecret,
  secretsFor,
  tlsOf,
} from "./shapes.ts";

/** How the authority is shown that a host is one's own. */
export const AcmeChallenge = {
  /** By a TXT record at Cloudflare, with `dnsApiToken`. */
  Dns01: "dns01",
  /** By port 80, which the internet must reach. */
  Http01: "http01",
  /** By port 443, which the internet must reach. */
  TlsAlpn01: "tlsAlpn01",
} as const;
export type AcmeChallenge = (typeof AcmeChallenge)[keyof typeof AcmeChallenge];

/** Certificates by ACME. */
export interface Acme {
  /** Contact for the authority. Default: none, which Let's Encrypt accepts. */
  email?: string;
  /** How the authority is shown that a host is one's own. Default: `dns01`. */
  challenge?: AcmeChallenge;
  /** Let's Encrypt's `production` or `staging`, or the URL of another ACME directory. Default: `production`. */
  directory?: string;
  /** CA certificate in PEM for the https of that URL. Default: what is publicly trusted. */
  directoryCa?: string;
}

/** Who may see pages that have no login of their own. */
export interface Login {
  /** Name to sign in with. */
  user: string;
  /** Password. Default: 24 generated letters and digits. */
  password?: Input<string>;
}

/** What the entrance needs to know. */
export interface TraefikArgs {
  /** The board (its node's name) to whose ports 80 and 443 the router forwards. */
  board: string;
  /** Absolute path of the directory for data on that board; its `traefik` is for certificates and ACME's account. */
  directory: string;
  /** Its namespace. Default: `ingress`; another one for each further entrance of a cluster. */
  namespace?: string;
  /** Where certificates come from. Default: `acme`. */
  certificates?: Certificates;
  /** Required unless `certificates` is `selfSigned`. */
  acme?: Acme;
  /** Cloudflare API token with the rights Zone–Zone–Read and Zone–DNS–Edit. Required with the challenge `dns01`. */
  dnsApiToken?: Input<string>;
  /** Namespaces whose Ingresses are served: exactly those that have a Route. */
  namespaces: string[];
  /** Proxies whose X-Forwarded-For is believed, as address ranges. Default: none. */
  trustedProxies?: string[];
  /** Git over SSH, which Traefik hands on as it comes. Default: none. */
  ssh?: ingress.SshForward;
  /** What one client address may ask for. Default: what docs/guessing.md describes. */
  limits?: app.Limits;
  /** Address ranges of the LAN, for hosts that are for it alone. Default: all private ones. */
  lan?: string[];
  /** Who may see pages that have no login of their own. Without it no such page is served. */
  login?: Login;
  /** How its pod is isolated; it is not if omitted. */
  isolation?: Isolation;
  /** How certificates and ACME's account are backed up, as the app `traefik`; not at all if omitted. */
  backup?: BackupPlan;
  /** What opens the repositories: a BackupStore's `secrets`. Required with `backup`. */
  backupSecrets?: Input<Record<string, RepositorySecret>>;
}

/** The entrance: Traefik on one board's ports 80 and 443, with certificates and limits for each client address. */
export class Traefik extends ComponentResource {
  /** The login's password, if there is a login. A secret. */
  readonly loginPassword: Output<string> | undefined;

  constructor(name: string, args: TraefikArgs, opts?: ComponentResourceOptions) {
    const { namespace = "ingress", backupSecrets } = args;
    const backup = planOf(args.backup);
    super("bramble:index:Traefik", name, args, opts);
    const own = namespace === "ingress" ? "traefik" : `traefik-${namespace}`;
    const secrets = secretsFor(own, backupSecrets);
    const traefik = new ingress.Traefik(name, { ...args, backup, backupSecrets: secrets }, { parent: this });
    this.loginPassword = traefik.loginPassword;
    this.registerOutputs({ loginPassword: this.loginPassword });
  }
}

/** The limits for each client address. */
export const LimitName = {
  Requests: "requests",
  Passwords: "passwords",
  Credentials: "credentials",
  Logins: "logins",
} as const;
export type LimitName = (typeof LimitName)[keyof typeof LimitName];

/** What becomes of a password that a request brings along. */
export const Authorization = {
  /** The app gets it. */
  Pass: "pass",
  /** It is taken off. */
  Drop: "drop",
  /** Traefik checks it against the users of the login. */
  Login: "login",
} as const;
export type Authorization = (typeof Authorization)[keyof typeof Authorization];

/** Paths of a host that are guarded otherwise than the rest. */
export interface GuardedPaths {
  /** End of the Ingress's name: `login`. */
  name: string;
  /** Paths with everything below them, such as `/api`. */
  prefixes?: string[];
  /** Regular expressions (RE2) of paths. */
  patterns?: string[];
  /** The limit for each client address. */
  limit: LimitName;
  /** What becomes of a request's password. */
  authorization: Authorization;
  /** Whether addresses outside the LAN are refused. Default: false. */
  isLanOnly?: boolean;
}

/** What a route needs to know. */
export interface RouteArgs extends HostArgs {
  /** Full host name, such as `shop.example.com`. */
  host: string;
  /** Namespace of the service, among the `namespaces` of the entrance. */
  namespace: string;
  /** Name of the service behind it. */
  service: string;
  /** Port of the service. */
  port: number;
  /** The limit for each client address. */
  limit: LimitName;
  /** What becomes of a request's password. */
  authorization: Authorization;
  /** Whether addresses outside the LAN are refused. Default: false. */
  isLanOnly?: boolean;
  /** Paths that are guarded otherwise. Default: none. */
  guarded?: GuardedPaths[];
}

/** One host on the entrance: certificate, security headers, limits for each client address, optionally the login. */
export class Route extends ComponentResource {
  constructor(name: string, args: RouteArgs, opts?: ComponentResourceOptions) {
    const tls = tlsOf(args);
    super("bramble:index:Route", name, args, opts);
    new app.Route(name, { ...args, tls }, { parent: this });
    this.registerOutputs({});
  }
}
