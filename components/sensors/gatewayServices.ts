import { core } from "@pulumi/kubernetes";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { labelsOf } from "../workload.ts";
import { sensorGateway } from "./gatewayWorkload.ts";

/** Port of the gateway's Service for HTTP. */
export const servicePort = 80;

/**
 * Registers the gateway's Services.
 *
 * @param takesUdp whether devices reach it by UDP at its board's address
 */
export function registerServices(name: string, takesUdp: boolean, opts: CustomResourceOptions): void {
  const { name: service, namespace, statsdPort, statsdNodePort } = sensorGateway;
  const selector = labelsOf(service);
  new core.v1.Service(
    `${name}-service`,
    {
      metadata: { name: service, namespace },
      spec: { selector, ports: [{ name: "http", port: servicePort, targetPort: "http" }] },
    },
    opts,
  );
  if (!takesUdp) return;
  new core.v1.Service(
    `${name}-statsd`,
    {
      metadata: { name: `${service}-statsd`, namespace },
      spec: {
        type: "NodePort",
        selector,
        // Else the datagrams would all seem to come from a board, and any network could send.
        externalTrafficPolicy: "Local",
        ports: [
          {
            name: "statsd",
            protocol: "UDP",
            port: statsdPort,
            targetPort: "statsd",
            nodePort: statsdNodePort,
          },
        ],
      },
    },
    opts,
  );
}
