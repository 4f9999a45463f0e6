import { core } from "@pulumi/kubernetes";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { labelsOf } from "../workload/workload.ts";
import { sensorGateway } from "./gatewayWorkload.ts";

/** Registers the Service by which devices reach the gateway by UDP, at its board's address. */
export function registerStatsd(
  resourceName: string,
  namespace: Input<string>,
  opts: CustomResourceOptions,
): core.v1.Service {
  const { name, statsdPort, statsdNodePort } = sensorGateway;
  return new core.v1.Service(
    resourceName,
    {
      metadata: { name: `${name}-statsd`, namespace },
      spec: {
        type: "NodePort",
        selector: labelsOf(name),
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
