import { z } from "zod";
import { flag, label } from "../fields/fields.ts";

/** Settings of Headlamp. */
export const schema = z
  .strictObject({
    host: label.default("headlamp").describe("The host's name below `domain`."),
    mayChange: flag(
      false,
      "Whether who signs in may also delete pods, and scale Deployments and StatefulSets. Nobody may edit, create, open a shell or read Secrets.",
    ),
  })
  .describe("Headlamp, the web UI of Kubernetes, in the LAN. Needs `ingress` with a `login`.");
