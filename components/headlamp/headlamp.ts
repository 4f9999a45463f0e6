import { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type Output, output } from "@pulumi/pulumi";
import { registerApp } from "../app/registerApp.ts";
import type { RouteGuard, RouteTls } from "../app/routeIngresses.ts";
import { registerAccess } from "../workload/access.ts";
import { headlampRules } from "./headlampAccess.ts";
import { headlamp, headlampWorkload, type HeadlampWorkloadArgs } from "./headlampWorkload.ts";

/** Args of {@link Headlamp}. */
export interface HeadlampArgs extends HeadlampWorkloadArgs {
  /** Full name of its host, such as `headlamp.home.example.com`. */
  readonly host: string;
  /** Where the host's certificate comes from. Default: `acme`. */
  readonly tls?: RouteTls;
  /** Namespace of the entrance that serves it. Default: `ingress`. */
  readonly entrance?: string | undefined;
  /** Whether who signs in may delete pods and scale. Default: false. */
  readonly mayChange?: boolean;
}

/**
 * The web UI of Kubernetes. It has no right of its own: who opens it passes the entrance's login, and signs in with a
 * token of the account `headlamp-user`, whose rights are in {@link headlampRules}.
 *
 * Headlamp could use its pod's token for everybody (`-unsafe-use-service-account-token`). Then every pod of the
 * cluster could read whatever it may, since the login is at the entrance alone; and so could every page that is open
 * in the browser of who has logged in, since its WebSockets ask for no origin (CheckOrigin in
 * backend/cmd/multiplexer.go) and a browser sends a login's password along by itself. The token is in a cookie that no
 * other site's requests have (SameSite=Strict in backend/pkg/auth/cookies.go).
 */
export class Headlamp extends ComponentResource {
  /** Its address, which asks for the login. */
  readonly url: Output<string>;
  /** The command that makes a token to sign in with. */
  readonly signIn: Output<string>;

  constructor(name: string, args: HeadlampArgs, opts?: ComponentResourceOptions) {
    super("bramble:headlamp:Headlamp", name, args, opts);
    const { host, tls, entrance, namespace = headlamp.namespace } = args;
    const { name: account, user } = headlamp;
    // A ClusterRole has no namespace.
    const role = namespace === headlamp.namespace ? user : `${user}-${namespace}`;
    const app = {
      workload: headlampWorkload(args),
      ports: [{ name: "http", port: 80 }],
      route: { ...headlampGuard, host, tls, entrance },
      before: (created: core.v1.Namespace) => [
        new core.v1.ServiceAccount(
          `${name}-own-account`,
          { metadata: { name: account, namespace: created.metadata.name } },
          { parent: this },
        ),
        registerAccess(`${name}-user`, { name: user, namespace }, headlampRules(args), {
          parent: this,
          namespace: created,
          role,
        }),
      ],
    };
    registerApp(name, app, this);
    this.url = output(`https://${host}/`);
    this.signIn = output(`kubectl -n ${namespace} create token ${user} --duration 24h`);
    this.registerOutputs({ url: this.url, signIn: this.signIn });
  }
}

/**
 * How its host is guarded. A browser sends 45 requests until it shows the first page and 40 a minute after it, each with
 * the login's password: more than the limit for passwords lets through. Under the larger one it could be guessed, so only
 * the LAN comes that far.
 */
export const headlampGuard: RouteGuard = { limit: "requests", authorization: "login", isLanOnly: true };
