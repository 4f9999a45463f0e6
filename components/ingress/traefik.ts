import { readFileSync } from "node:fs";
import { core, networking } from "@pulumi/kubernetes";
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Input,
  InputPropertyError,
  type Output,
  type Resource,
  unsecret,
} from "@pulumi/pulumi";
import { stringify } from "yaml";
import { configHash } from "../configHash.ts";
import { registerNamespace } from "../namespace.ts";
import { AppBackup } from "../storage/appBackup.ts";
import type { RepositorySecrets } from "../storage/backup.ts";
import { DataVolume } from "../storage/volumes.ts";
import { registerWorkload } from "../workload.ts";
import { directoryCaFile } from "./acmeConfig.ts";
import { type LoginArgs, registerLogin } from "./login.ts";
import { traefikBackup } from "./traefikBackup.ts";
import { registerTraefikAccess } from "./traefikAccess.ts";
import { acmeOf, ingressClassName, traefikStaticConfig, type TraefikConfigArgs } from "./traefikConfig.ts";
import { traefikDynamicConfig, type TraefikDynamicArgs } from "./traefikDynamic.ts";
import {
  acmeDirectory,
  ingressNamespace,
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
  /** What opens the repositories, by app: a BackupStore's. Required with `backup`. */
  backupSecrets?: RepositorySecrets | undefined;
}

/**
 * The entrance: Traefik on one board's ports 80 and 443. HTTP is redirected to HTTPS.
 *
 * Certificates outlive pod and stack: new ones at each start would soon meet the authority's rate limits. The
 * directory for them must exist on the board: `sudo install -d -m 0750 /var/lib/bramble/traefik`.
 */
export class Traefik extends ComponentResource {
  /** The login's password, if there is a login. A secret. */
  readonly loginPassword: Output<string> | undefined;

  constructor(name: string, args: TraefikArgs, opts?: ComponentResourceOptions) {
    requireWhatAcmeNeeds(args);
    super("bramble:ingress:Traefik", name, args, opts);
    const parent = { parent: this };

    // Of what `baseline` forbids only the host ports are used.
    const created = registerNamespace(`${name}-namespace`, ingressNamespace, "privileged", parent);
    const namespace = created.metadata.name;

    const files = configurationFiles(args);
    const configuration = new core.v1.ConfigMap(
      `${name}-configuration`,
      { metadata: { name: traefikObjects.configuration, namespace }, data: files },
      parent,
    );
    const store = registerCertificateStore(name, namespace, args, parent);
    const login = args.login && registerLogin(`${name}-login`, namespace, args.login, parent);
    this.loginPassword = login?.password;
    const access = registerTraefikAccess(name, namespace, parent);
    new networking.v1.IngressClass(
      `${name}-class`,
      {
        metadata: {
          name: ingressClassName,
          annotations: { "ingressclass.kubernetes.io/is-default-class": "true" },
        },
        spec: { controller: "traefik.io/ingress-controller" },
      },
      parent,
    );

    // Traefik reads token and users once.
    const hash = all([args.dnsApiToken ?? "", login?.line ?? ""]).apply((secrets) =>
      configHash(JSON.stringify(files), ...secrets),
    );
    registerWorkload(
      `${name}-deployment`,
      traefikWorkload(args),
      { ...parent, dependsOn: [configuration, ...store, ...access, ...(login ? [login.secret] : [])] },
      { "bramble/config-hash": unsecret(hash) },
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
    "acme-storage.sh": readFileSync(new URL("acme-storage.sh", import.meta.url), "utf8"),
    ...(directoryCa !== undefined && { [directoryCaFile]: directoryCa }),
  };
}

/** What ACME needs: a volume for the certificates, and the token with which records are set. */
function registerCertificateStore(
  name: string,
  namespace: Input<string>,
  args: TraefikArgs,
  opts: CustomResourceOptions,
): Resource[] {
  const acme = acmeOf(args);
  if (!acme) return [];
  const volume = new DataVolume(`${name}-acme`, { namespace, ...acmeDirectory(args), size: "16Mi" }, opts);
  const backedUp = traefikBackup(args);
  const { backupSecrets: secrets } = args;
  const backups = backedUp
    ? [new AppBackup(`${name}-backup`, { ...backedUp, secrets, namespace }, { ...opts, dependsOn: volume })]
    : [];
  if (acme.challenge !== "dns01" || args.dnsApiToken === undefined) return [volume, ...backups];
  const token = new core.v1.Secret(
    `${name}-dns`,
    {
      metadata: { name: traefikObjects.dnsApiToken, namespace },
      stringData: { "dns-api-token": args.dnsApiToken },
    },
    opts,
  );
  return [volume, ...backups, token];
}

/**
 * Refuses certificates by ACME without what they need.
 *
 * @throws InputPropertyError naming the missing one
 */
export function requireWhatAcmeNeeds({ certificates, acme, dnsApiToken }: TraefikArgs): void {
  if (certificates === "selfSigned") return;
  if (!acme) {
    throw new InputPropertyError({
      propertyPath: "acme",
      reason: 'is missing. Give it, or set certificates to "selfSigned".',
    });
  }
  if (acme.challenge === "dns01" && dnsApiToken === undefined) {
    throw new InputPropertyError({
      propertyPath: "dnsApiToken",
      reason:
        'is missing: the challenge "dns01" sets a DNS record. Give it, or choose "http01" or "tlsAlpn01".',
    });
  }
}
