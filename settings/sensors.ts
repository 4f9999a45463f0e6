import { dogstatsdPort } from "../components/datadog/ports.ts";
import type { GatewayAddress } from "../components/sensors/esphome.ts";
import { sensorGateway } from "../components/sensors/gatewayWorkload.ts";
import type { SensorGatewayArgs } from "../components/sensors/sensors.ts";
import type { Settings } from "./schema.ts";

/** What the settings mean for the sensor gateway, if it is wanted. */
export function sensorsOf(
  { sensors, domain, ingress }: Settings,
  tls: SensorGatewayArgs["tls"],
): SensorGatewayArgs | undefined {
  if (!sensors) return undefined;
  const { host, ...rest } = sensors;
  return { ...rest, host: `${host}.${domain}`, tls, hasLogin: ingress?.login !== undefined, dogstatsdPort };
}

/** Where the settings have devices send their readings. */
export function gatewayAddressOf({ sensors, domain, boards }: Settings): GatewayAddress {
  const board = boards.find(({ name }) => name === sensors?.board);
  return {
    url: `https://${sensors?.host ?? ""}.${domain}/readings`,
    ...(board && { statsd: { host: board.host, port: sensorGateway.statsdNodePort } }),
  };
}
