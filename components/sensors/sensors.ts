import {
  all,
  ComponentResource,
  interpolate,
  secret,
  type ComponentResourceOptions,
  type Output,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { core } from "@pulumi/kubernetes";
import type { Device } from "../../gateway/devices.ts";
import { type AppFlows, fromEntrance, type Isolation, toDogstatsd } from "../app/isolation.ts";
import { registerApp } from "../app/registerApp.ts";
import type { GuardedPaths, RouteGuard, RouteTls } from "../app/routeIngresses.ts";
import { labelsOf } from "../workload/workload.ts";
import { dogstatsdPort as agentPort } from "../datadog/ports.ts";
import { gatewayBundle } from "#gateway-bundle";
import { sensorGateway, sensorGatewayWorkload, type SensorGatewayWorkloadArgs } from "./gatewayWorkload.ts";
import type { SensorDevice } from "./settings.ts";

/** Args of {@link SensorGateway}. */
export interface SensorGatewayArgs extends SensorGatewayWorkloadArgs {
  /** Full name of its host, such as `sensors.home.example.com`. */
  readonly host: string;
  /** Where the host's certificate comes from. Default: `acme`. */
  readonly tls?: RouteTls;
  /** Namespace of the entrance that serves it. Default: `ingress`. */
  readonly entrance?: string | undefined;
  /**
   * UDP port of its board that leads to it, of those for NodePorts. Default: 30125; another one for each further
   * gateway of a cluster.
   */
  readonly statsdNodePort?: number;
  /** Whether the entrance has a login. The page is behind it then, and else asks for a password of its own. Default: false. */
  readonly hasLogin?: boolean;
  /** How its pod is isolated; it is not if omitted. */
  readonly isolation?: Isolation | undefined;
  /** The devices. Each that sends by HTTP gets a token of its own. */
  readonly devices: readonly SensorDevice[];
}

/**
 * The gateway that takes temperature and humidity from devices, over HTTPS and as StatsD over UDP, and sends them
 * to the Datadog agent of its board, as the gauges `home.temperature`, `home.humidity`, `home.heat_index` and
 * `home.dew_point`. It has a page with the last day of each sensor.
 */
export class SensorGateway extends ComponentResource {
  /** Its page, which asks for the login or for {@link password}. Devices post to `/readings` there. */
  readonly url: Output<string>;
  /** Password of the page, for whatever user. A secret. Undefined where the entrance has a login. */
  readonly password: Output<string> | undefined;
  /** What each device that sends by HTTP presents as `Authorization: Bearer <token>`. A secret. */
  readonly tokens: Output<Record<string, string>>;

  constructor(name: string, args: SensorGatewayArgs, opts?: ComponentResourceOptions) {
    super("bramble:sensors:SensorGateway", name, args, opts);
    const { host, tls, entrance, devices, board, hasLogin = false } = args;

    this.password = hasLogin ? undefined : this.#generated(`${name}-password`);
    const posting = devices.filter(({ transport }) => transport === "http");
    this.tokens = secret(
      all(posting.map((device) => this.#generated(`${name}-token-${device.name}`))).apply((tokens) =>
        Object.fromEntries(posting.map((device, i) => [device.name, tokens[i] ?? ""])),
      ),
    );
    const secrets = all([this.password, this.tokens]).apply(([page, tokens]) =>
      JSON.stringify({ page, tokens }),
    );
    const { name: object, codeFile, devicesFile, secretsFile, statsdPort } = sensorGateway;
    const { statsdNodePort = sensorGateway.statsdNodePort } = args;
    const data = { [codeFile]: gatewayBundle(), [devicesFile]: JSON.stringify(devices.map(deviceOf)) };
    const app = {
      workload: sensorGatewayWorkload(args),
      configMaps: { code: { name: object, data } },
      secrets: { secret: { name: object, data: { [secretsFile]: secrets } } },
      ports: [{ name: "http", port: 80 }],
      route: { host, tls, entrance, ...(hasLogin ? behindLogin : ownPassword), guarded },
      flows: flowsOf(args),
    };
    const namespace = registerApp(name, app, this);
    if (board !== undefined) {
      const port = { name: "statsd", protocol: "UDP", port: statsdPort, nodePort: statsdNodePort };
      new core.v1.Service(
        `${name}-statsd`,
        {
          metadata: { name: `${object}-statsd`, namespace },
          spec: {
            type: "NodePort",
            selector: labelsOf(object),
            // Else the datagrams would all seem to come from a board, and any network could send.
            externalTrafficPolicy: "Local",
            ports: [{ ...port, targetPort: "statsd" }],
          },
        },
        { parent: this },
      );
    }

    this.url = interpolate`https://${host}`;
    this.registerOutputs({ url: this.url, password: this.password, tokens: this.tokens });
  }

  #generated(resourceName: string): Output<string> {
    const args = { length: 40, special: false };
    return secret(new random.RandomPassword(resourceName, args, { parent: this }).result);
  }
}

const behindLogin: RouteGuard = { limit: "passwords", authorization: "login" };
const ownPassword: RouteGuard = { limit: "passwords", authorization: "pass" };
// A device's token of 40 letters and digits is beyond guessing, and a home of them has one address.
const guarded: readonly GuardedPaths[] = [
  { name: "readings", limit: "requests", authorization: "pass", prefixes: ["/readings"] },
];

/** Who may send by UDP it knows itself. It asks no DNS. */
function flowsOf({
  isolation,
  entrance,
  board,
  dogstatsdPort = agentPort,
}: SensorGatewayArgs): AppFlows | undefined {
  if (!isolation) return undefined;
  const { port, statsdPort } = sensorGateway;
  const byUdp = { peers: [], ports: [{ port: statsdPort, protocol: "UDP" as const }] };
  return {
    isolation,
    from: [fromEntrance(entrance, port), ...(board === undefined ? [] : [byUdp])],
    to: [toDogstatsd(dogstatsdPort)],
  };
}

/** A device as the gateway is told of it. */
function deviceOf({ name, room, board, model, transport }: SensorDevice): Device {
  return { sensor: name, room, board, model, transport };
}
