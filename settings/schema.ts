import { z } from "zod";
import { gogs, storage } from "./schema/apps.ts";
import { backup } from "./schema/backup.ts";
import { board, ssh } from "./schema/boards.ts";
import { cluster } from "./schema/cluster.ts";
import { datadog } from "./schema/datadog.ts";
import { label } from "./schema/fields.ts";
import { sensors } from "./schema/sensors.ts";
import { dns, domainName, ingress } from "./schema/urls.ts";

/** The schema of each section below `bramble:`. */
export const sections = {
  extends: label().optional().meta({
    description:
      "The stack that this one extends: it inherits all settings except those set here. Every secret is replaced by a placeholder.",
  }),
  boards: z
    .array(board, "must be a list of boards")
    .min(1, "must have at least one board")
    .max(256, "must have at most 256 boards")
    .meta({ description: "The boards." }),
  cluster,
  ssh: ssh.optional(),
  domain: domainName().meta({ description: "The domain below which the apps get their hosts." }),
  ingress: ingress.optional(),
  dns: dns.optional(),
  storage: storage.optional(),
  gogs: gogs.optional(),
  backup: backup.optional(),
  datadog: datadog.optional(),
  sensors: sensors.optional(),
};

/** Every setting of a stack, below `bramble:`. */
export const settingsSchema = z.strictObject(sections);

/** The settings of a stack: plain values, and secrets as Outputs. */
export type Settings = z.output<typeof settingsSchema>;
/** A board as the user describes it. */
export type BoardSettings = Settings["boards"][number];
