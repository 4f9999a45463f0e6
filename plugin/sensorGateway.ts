import {
  ComponentResource,
  type ComponentResourceOptions,
  InputPropertyError,
  type Output,
} from "@pulumi/pulumi";
import * as sensors from "../components/sensors/index.ts";
import { type HostArgs, type Isolation, tlsOf } from "./shapes.ts";

/** A sensor on a device. */
export const SensorModel = { Dht22: "DHT22", Dht11: "DHT11", Bme280: "BME280", Sht3x: "SHT3X" } as const;
export type SensorModel = (typeof SensorModel)[keyof typeof SensorModel];

/** How a device sends. */
export const Transport = {
  /** Encrypted, with a token. */
  Http: "http",
  /** Neither. */
  Udp: "udp",
} as const;
export type Transport = (typeof Transport)[keyof typeof Transport];

/** A device with a sensor. */
export interface Device {
  /** Its name, unique: the tag `sensor` in Datadog. */
  name: string;
  /** The place that it measures: the tag `room`. */
  room: string;
  /** Its board as PlatformIO calls it: the tag `board`. Default: `d1_mini`. */
  board?: string;
  /** The sensor on it. Default: `DHT22`. */
  model?: SensorModel;
  /** How it sends. Default: `http`. */
  transport?: Transport;
}

/** What the gateway needs to know. */
export interface SensorGatewayArgs extends HostArgs {
  /** Full name of its host, such as `sensors.home.example.com`. */
  host: string;
  /** The devices. Each that sends by HTTP gets a token of its own. */
  devices: Device[];
  /** Its namespace. Default: `sensors`; another one for each further gateway of a cluster. */
  namespace?: string;
  /** The board that it runs on. Default: any. Needed if devices send by UDP. */
  board?: string;
  /** The ranges that readings by UDP may come from. Default: the private IPv4 ones. */
  networks?: string[];
  /** UDP port of every board on which the Datadog agent takes DogStatsD datagrams. Default: 8125. */
  dogstatsdPort?: number;
  /** UDP port of its board that leads to it, of those for NodePorts. Default: 30125. */
  statsdNodePort?: number;
  /** Whether the entrance has a login. The page is behind it then, and else asks for its own. Default: false. */
  hasLogin?: boolean;
  /** How its pod is isolated; it is not if omitted. */
  isolation?: Isolation;
}

/** The gateway that takes temperature and humidity from devices and sends them to the Datadog agent of its board. */
export class SensorGateway extends ComponentResource {
  /** Its page. Devices post to `/readings` there. */
  readonly url: Output<string>;
  /** Password of the page, for any user. A secret. Undefined where the entrance has a login. */
  readonly password: Output<string> | undefined;
  /** What each device that sends by HTTP presents as `Authorization: Bearer <token>`. A secret. */
  readonly tokens: Output<Record<string, string>>;

  constructor(name: string, args: SensorGatewayArgs, opts?: ComponentResourceOptions) {
    const shaped = { devices: args.devices.map(describe), tls: tlsOf(args) };
    super("bramble:index:SensorGateway", name, args, opts);
    const gateway = new sensors.SensorGateway(name, { ...args, ...shaped }, { parent: this });
    this.url = gateway.url;
    this.password = gateway.password;
    this.tokens = gateway.tokens;
    this.registerOutputs({ url: this.url, password: this.password, tokens: this.tokens });
  }
}

function describe(device: Device, index: number): sensors.SensorDevice {
  const { board = "d1_mini", model = "DHT22", transport = "http", ...named } = device;
  if (isDeviceBoard(board)) return { ...named, board, model, transport, interval: 60 };
  const known = Object.keys(sensors.deviceBoards).join(", ");
  const reason = `is "${board}". Boards: ${known}.`;
  throw new InputPropertyError({ propertyPath: `devices[${index}].board`, reason });
}

function isDeviceBoard(name: string): name is sensors.DeviceBoardName {
  return Object.hasOwn(sensors.deviceBoards, name);
}
