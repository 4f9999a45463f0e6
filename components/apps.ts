import { backup } from "./storage/app.ts";
import { datadog } from "./datadog/app.ts";
import { dns } from "./dns/app.ts";
import { gogs } from "./gogs/app.ts";
import { headlamp } from "./headlamp/app.ts";
import { ingress } from "./ingress/app.ts";
import { sensors } from "./sensors/app.ts";
import { userApps } from "./userApps/app.ts";
import { volumes } from "./volumes/app.ts";

/** bramble's own apps, the user's, and what others' data lies on, by their section of the settings. */
export const apps = {
  storage: volumes,
  ingress,
  dns,
  gogs,
  backup,
  datadog,
  sensors,
  headlamp,
  apps: userApps,
} as const;
