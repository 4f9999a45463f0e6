import { sensors as schema } from "../../settings/schema/sensors.ts";
import { app } from "../app/app.ts";
import { dogstatsdPort } from "../datadog/ports.ts";
import { sensorGateway, sensorGatewayWorkload } from "./gatewayWorkload.ts";
import { SensorGateway } from "./sensors.ts";

/** The gateway of the sensors. */
export const sensors = app({
  schema,
  page: "sensors.md",
  needs: ["ingress", "datadog"],
  takeover: ", and write the devices' files anew: npm run esphome",
  publish: ({ host }) => ({ host, namespace: sensorGateway.namespace }),
  parts(own, { domain, tls, hasLogin }) {
    const args = { ...own, host: `${own.host}.${domain}`, tls, hasLogin, dogstatsdPort };
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
