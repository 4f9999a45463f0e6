import { z } from "zod";
import {
  defaultUpdates,
  shortestWindow,
  windowLength,
  windowPattern,
} from "../../components/board/systemUpdates.ts";
import { flag } from "../../components/fields/fields.ts";

/** Updates of the boards' own systems. */
export const systemUpdates = z
  .strictObject({
    install: z
      .enum(["security", "all", "none"])
      .default(defaultUpdates.install)
      .describe(
        "Which updates boards install by themselves. `security`: the distribution's security fixes. `all`: everything in the board's package repositories. `none`: bramble configures no updates, and keeps what you have configured. What Kubernetes runs on is never among them.",
      ),
    window: z
      .string("must be a time of day")
      .regex(windowPattern, `must be a time of day in UTC, such as ${defaultUpdates.window}`)
      .refine(
        (window) => !windowPattern.test(window) || windowLength(window) >= shortestWindow,
        "must be an hour or longer",
      )
      .default(defaultUpdates.window)
      .describe(
        "When boards download and install them, each day in UTC. A board that is off then waits for the next day.",
      ),
    reboot: z
      .enum(["never", "up"])
      .default("never")
      .describe(
        "Whether `npx pulumi up` reboots boards that need it, as `npm run drift` has found: drained, one after the other. `never`: it is only reported.",
      ),
    rebootOnlyControlPlane: flag(
      false,
      "Whether `reboot: up` includes a control plane without which there is no API: the only one, or one of two.",
    ),
  })
  .prefault({})
  .describe("Updates of the boards' own systems (docs/system-updates.md).");
