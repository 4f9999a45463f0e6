import { core } from "@pulumi/kubernetes";
import {
  ComponentResource,
  interpolate,
  secret,
  unsecret,
  type ComponentResourceOptions,
  type Output,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { configHash } from "../configHash.ts";
import { Route } from "../ingress/route.ts";
import type { GuardedPaths, RouteGuard, RouteTls } from "../ingress/routeIngresses.ts";
import { registerNamespace } from "../namespace.ts";
import { labelsOf, registerWorkload } from "../workload.ts";
import { gatewayBundle } from "./bundle.ts";
import { sensorGateway, sensorGatewayWorkload } from "./gatewayWorkload.ts";

/** Args of {@link SensorGateway}. */
export interface SensorGatewayArgs {
  /** Full name of its host, such as `sensors.home.example.com`. */
  readonly host: string;
  /** Where the host's certificate comes from. */
  readonly tls: RouteTls;
  /** Whether the entrance has a login; all but the readings' path is then behind it. */
  readonly hasLogin: boolean;
  /** UDP port on which every board's Datadog agent takes DogStatsD datagrams. */
  readonly dogstatsdPort: number;
}

/**
 * The gateway that takes temperature and humidity from devices over HTTPS and sends them to the Datadog agent
 * of its board, as the gauges `home.temperature` and `home.humidity`.
 */
export class SensorGateway extends ComponentResource {
  /** Where a device posts its readings. */
  readonly url: Output<string>;
  /** What it presents as `Authorization: Bearer <token>`. A secret. */
  readonly token: Output<string>;

  constructor(name: string, args: SensorGatewayArgs, opts?: ComponentResourceOptions) {
    super("bramble:sensors:SensorGateway", name, args, opts);
    const metadata = { name: sensorGateway.name, namespace: sensorGateway.namespace };

    const namespace = registerNamespace(`${name}-namespace`, metadata.namespace, "restricted", {
      parent: this,
    });
    const inNamespace = { parent: this, dependsOn: [namespace] };

    const bundle = gatewayBundle();
    const code = new core.v1.ConfigMap(
      `${name}-code`,
      { metadata, data: { [sensorGateway.codeFile]: bundle } },
      inNamespace,
    );
    const password = new random.RandomPassword(
      `${name}-token`,
      { length: 40, special: false },
      { parent: this },
    );
    this.token = secret(password.result);
    const tokenFile = new core.v1.Secret(
      `${name}-secret`,
      { metadata, stringData: { token: this.token } },
      inNamespace,
    );

    registerWorkload(
      `${name}-deployment`,
      sensorGatewayWorkload({ dogstatsdPort: args.dogstatsdPort }),
      { parent: this, dependsOn: [code, tokenFile] },
      // Of both: the gateway reads its code and its token only when it starts. The hash tells nothing of them.
      { "bramble/config-hash": unsecret(this.token.apply((token) => configHash(bundle, token))) },
    );
    new core.v1.Service(
      `${name}-service`,
      {
        metadata,
        spec: {
          selector: labelsOf(sensorGateway.name),
          ports: [{ name: "http", port: servicePort, targetPort: "http" }],
        },
      },
      inNamespace,
    );
    new Route(
      `${name}-route`,
      {
        namespace: metadata.namespace,
        host: args.host,
        service: metadata.name,
        port: servicePort,
        tls: args.tls,
        ...(args.hasLogin ? behindLogin : open),
        guarded,
      },
      inNamespace,
    );

    this.url = interpolate`https://${args.host}/readings`;
    this.registerOutputs({ url: this.url, token: this.token });
  }
}

const servicePort = 80;

const open: RouteGuard = { limit: "requests", authorization: "drop" };
const behindLogin: RouteGuard = { limit: "passwords", authorization: "login" };
// The devices' token of 40 letters and digits is beyond guessing, and a home of them has one address.
const guarded: readonly GuardedPaths[] = [
  { name: "readings", limit: "requests", authorization: "pass", prefixes: ["/readings"] },
];
