import { isIPv4 } from "node:net";
import { app } from "../app/app.ts";
import { dogstatsdPort } from "../datadog/ports.ts";
import { authorizationSecret, pinError } from "./esphome.ts";
import { sensorGateway, sensorGatewayWorkload } from "./gatewayWorkload.ts";
import { SensorGateway } from "./sensors.ts";
import { schema } from "./settings.ts";

/** The gateway of the sensors. */
export const sensors = app({
  schema,
  page: "sensors.md",
  example: {},
  needs: ["ingress", "datadog"],
  takeover: ", and update the devices' files: npm run esphome",
  publish: ({ host }) => [{ setting: "host", host, namespace: sensorGateway.namespace }],
  *errors({ board, humidity, devices }, { boards }) {
    if (humidity.min >= humidity.max) {
      // A monitor whose limits cross would always tell.
      const message = `${humidity.min} is not below humidity.max, ${humidity.max}. Lower humidity.min or raise humidity.max.`;
      yield { setting: "humidity.min", code: "humidity-crossed", message };
    }
    // Two names may be one in `secrets.yaml`.
    const keys = devices.map(authorizationSecret);
    for (const [i, device] of devices.entries()) {
      const first = keys.indexOf(keys[i] ?? "");
      if (first < i) {
        const message = `"${device.name}" is already the name of devices[${first}].`;
        yield { setting: `devices[${i}].name`, code: "device-name-taken", message };
      }
      const why = pinError(device);
      if (why !== undefined) yield { setting: `devices[${i}].pin`, code: "device-pin", message: why };
    }
    // ESPHome's `statsd` takes an IPv4 address, and a board's is only known to be the gateway's if it runs there.
    const sender = devices.findIndex(({ transport }) => transport === "udp");
    if (sender >= 0 && board === undefined) {
      const message = `is missing; devices[${sender}] sends by UDP and needs a board to send to.`;
      yield { setting: "board", code: "udp-without-board", message };
    }
    const host = boards.find(({ name }) => name === board)?.host;
    if (sender >= 0 && board !== undefined && host !== undefined && !isIPv4(host)) {
      const message = `has the host "${host}"; readings by UDP need a board whose host is an IPv4 address.`;
      yield { setting: "board", code: "udp-without-address", message };
    }
  },
  parts(own, { domain, tls, hasLogin, isolation }) {
    const args = { ...own, host: `${own.host}.${domain}`, tls, hasLogin, dogstatsdPort, isolation };
    return [
      {
        name: "sensors",
        stage: "app",
        loads: [sensorGatewayWorkload(args)],
        register(name, { opts }) {
          const resource = new SensorGateway(name, args, opts);
          const { url: sensorsUrl, password: sensorsPassword, tokens: sensorsTokens } = resource;
          return { resource, outputs: { sensorsUrl, sensorsPassword, sensorsTokens } };
        },
      },
    ];
  },
});
