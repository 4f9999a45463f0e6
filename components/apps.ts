import { backup } from "./storage/app.ts";
import { datadog } from "./datadog/app.ts";
import { dns } from "./dns/app.ts";
import { gogs } from "./gogs/app.ts";
import { ingress } from "./ingress/app.ts";
import { sensors } from "./sensors/app.ts";

/** bramble's own apps, by their section of the settings. */
export const apps = { ingress, dns, gogs, backup, datadog, sensors } as const;
