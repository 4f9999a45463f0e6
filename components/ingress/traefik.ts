import { networking } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  InputPropertyError,
  type Output,
} from "@pulumi/pulumi";
import { stringify } from "yaml";
import { filesBeside } from "../workload/podFiles.ts";
import { type AppObjects, registerApp } from "../app/registerApp.ts";
import type { RepositorySecrets } from "../app/appBackup.ts";
import type { Isolation } from "../app/isolation.ts";
import { directoryCaFile } from "./acmeConfig.ts";
import { type LoginArgs, registerLogin } from "./login.ts";
import { registerTraefikAccess } from "./traefikAccess.ts";
import { entranceIn, entranceNamespace } from "../app/entrance.ts";
import { acmeOf, traefikStaticConfig, type TraefikConfigArgs } from "./traefikConfig.ts";
import { traefikFlows } from "./traefikFlows.ts";
import { traefikDynamicConfig, type TraefikDynamicArgs, usersFile } from "./traefikDynamic.ts";
import {
  acmeDirectory,
  traefikBackup,
  traefikObjects,
  traefikWorkload,
  type TraefikWorkloadArgs,
} from "./traefikWorkload.ts";

/** What the entrance needs to know. */
export interface TraefikArgs extends TraefikConfigArgs, TraefikDynamicArgs, TraefikWorkloadArgs {
  /**
   * Cloudflare API token with the rights Zone–Zone–Read and Zone–DNS–Edit on the zone. Required with the
   * challenge `dns01`, and without effect otherwise.
   */
  dnsApiToken?: Input<string>;
  /** Who may see pages that have no login of their own. Without it no such page is served by a Route. */
  login?: LoginArgs;
  /** How its pod is isolated; it is not if omitted. */
  isolation?: Isolation | undefined;
  /** What opens the repositories, by app: a BackupStore's. Required with `backup`. */
  backupSecrets?: RepositorySecrets | undefined;
}

/**
 * The entrance: Traefik on one board's ports 80 and 443. HTTP is redirected to HTTPS.
 *
 * Certificates outlive pod and stack: new ones at each start would soon meet the authority's rate limits.
 */
export class Traefik extends ComponentResource {
  /** The login's password, if there is a login. A secret. */
  readonly loginPassword: Output<string> | undefined;

  constructor(name: string, args: TraefikArgs, opts?: ComponentResourceOptions) {
    requireWhatAcmeNeeds(args);
    super("bramble:ingress:Traefik", name, args, opts);
    const parent = { parent: this };
    const acme = acmeOf(args);
    const entrance = entranceIn(args.namespace);
    const login = args.login && registerLogin(`${name}-login`, args.login, parent);
    this.loginPassword = login?.password;
    const { configuration, dnsApiToken: token, users } = traefikObjects;
    const { dnsApiToken } = args;
    const usesToken = acme?.challenge === "dns01" && dnsApiToken !== undefined;
    const app: AppObjects = {
      workload: traefikWorkload(args),
      // Of what `baseline` forbids only the host ports are used.
      podSecurity: "privileged",
      configMaps: { configuration: { name: configuration, data: configurationFiles(args) } },
      // Traefik reads token and users once.
      secrets: {
        ...(login && { "login-users": { name: users, data: { [usersFile]: login.line } } }),
        ...(usesToken && { dns: { name: token, data: { "dns-api-token": dnsApiToken } } }),
      },
      volumes: acme ? { acme: { ...acmeDirectory(args), size: "16Mi" } } : {},
      backup: traefikBackup(args),
      backupSecrets: args.backupSecrets,
      flows: args.isolation && traefikFlows(args, args.isolation),
      before: (owner, opts) => registerTraefikAccess(name, entrance, owner.metadata.name, opts),
    };
    registerApp(name, app, this);
    // Kubernetes refuses an Ingress without a class where there are two.
    const isDefault = String(entrance.namespace === entranceNamespace);
    new networking.v1.IngressClass(
      `${name}-class`,
      {
        metadata: {
          name: entrance.clusterName,
          annotations: { "ingressclass.kubernetes.io/is-default-class": isDefault },
        },
        spec: { controller: "traefik.io/ingress-controller" },
      },
      parent,
    );
    this.registerOutputs({ loginPassword: this.loginPassword });
  }
}

/** What Traefik reads, by file name; nothing of it is secret. */
function configurationFiles(args: TraefikArgs): Record<string, string> {
  const directoryCa = acmeOf(args)?.directoryCa;
  return {
    "traefik.yaml": stringify(traefikStaticConfig(args)),
    "dynamic.yaml": stringify(traefikDynamicConfig(args)),
    ...filesBeside(import.meta.url, "acme-storage.sh"),
    ...(directoryCa !== undefined && { [directoryCaFile]: directoryCa }),
  };
}

/**
 * Refuses certificates by ACME without what they need.
 *
 * @throws InputPropertyError naming the missing one
 */
export function requireWhatAcmeNeeds(args: TraefikArgs): void {
  if (args.certificates === "selfSigned") return;
  const acme = acmeOf(args);
  if (!acme) {
    const reason = 'is missing. Give it, or set certificates to "selfSigned".';
    throw new InputPropertyError({ propertyPath: "acme", reason });
  }
  if (acme.challenge === "dns01" && args.dnsApiToken === undefined) {
    const reason =
      'is missing: the challenge "dns01" sets a DNS record. Give it, or choose "http01" or "tlsAlpn01".';
    throw new InputPropertyError({ propertyPath: "dnsApiToken", reason });
  }
}
