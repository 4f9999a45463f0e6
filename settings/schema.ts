import { z } from "zod";
import { apps } from "../components/apps.ts";
import { label } from "../components/fields/fields.ts";
import { domainName } from "../components/fields/hosts.ts";
import { board, ssh } from "./schema/boards.ts";
import { cards } from "./schema/cards.ts";
import { cluster } from "./schema/cluster.ts";

type AppSections = { [Name in keyof typeof apps]: z.ZodOptional<(typeof apps)[Name]["schema"]> };
const appSections = Object.fromEntries(
  Object.entries(apps).map(([section, { schema }]) => [section, schema.optional()]),
) as AppSections;

/** The schema of each section below `bramble:`. */
export const sections = {
  extends: label
    .optional()
    .describe(
      "The stack that this one extends: it inherits all settings except those set here. Every secret is replaced by a placeholder, so certificates are self-signed, DNS is paused and there are no dashboards, unless set here.",
    ),
  boards: z
    .array(board, "must be a list of boards")
    .min(1, "must have at least one board")
    .max(256, "must have at most 256 boards")
    .describe("The boards."),
  cluster: cluster.prefault({}),
  ssh: ssh.optional(),
  cards: cards.optional(),
  domain: domainName().describe("The domain below which the apps get their hosts."),
  ...appSections,
};

/** Every setting of a stack, below `bramble:`. */
export const settingsSchema = z.strictObject(sections);

/** The settings of a stack: plain values, and secrets as Outputs. */
export type Settings = z.output<typeof settingsSchema>;
/** A board as the user describes it. */
export type BoardSettings = Settings["boards"][number];
