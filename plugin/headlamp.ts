import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import * as headlamp from "../components/headlamp/index.ts";
import { type HostArgs, tlsOf } from "./shapes.ts";

/** What Headlamp needs to know. */
export interface HeadlampArgs extends HostArgs {
  /** Full name of its host, such as `headlamp.home.example.com`. */
  host: string;
  /** What the cluster is called in the UI. */
  cluster: string;
  /** Its namespace. Default: `headlamp`; another one for each further Headlamp of a cluster. */
  namespace?: string;
  /** Whether who signs in may delete pods and scale. Default: false. */
  mayChange?: boolean;
}

/** The web UI of Kubernetes, in the LAN behind the entrance's login. It has no right of its own. */
export class Headlamp extends ComponentResource {
  /** Its address, which asks for the login. */
  readonly url: Output<string>;
  /** The command that makes a token to sign in with. */
  readonly signIn: Output<string>;

  constructor(name: string, args: HeadlampArgs, opts?: ComponentResourceOptions) {
    const tls = tlsOf(args);
    super("bramble:index:Headlamp", name, args, opts);
    const { url, signIn } = new headlamp.Headlamp(name, { ...args, tls }, { parent: this });
    this.url = url;
    this.signIn = signIn;
    this.registerOutputs({ url, signIn });
  }
}
