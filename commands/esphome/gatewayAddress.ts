import type { GatewayAddress } from "../../components/sensors/esphome.ts";
import { sensorGateway } from "../../components/sensors/gatewayWorkload.ts";
import type { Settings } from "../../settings/schema.ts";

/** Where the settings have devices send their readings. */
export function gatewayAddressOf({ sensors, domain, boards }: Settings): GatewayAddress {
  const board = boards.find(({ name }) => name === sensors?.board);
  return {
    url: `https://${sensors?.host ?? ""}.${domain}/readings`,
    ...(board && { statsd: { host: board.host, port: sensorGateway.statsdNodePort } }),
  };
}
