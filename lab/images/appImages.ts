// The images of apps whose programs the lab has everywhere. busybox is what the real ones have of Alpine or Debian,
// whose shell and tools their pods call.
import { agentUser } from "../../components/datadog/agentSidecars.ts";
import { agentImage } from "../../components/datadog/images.ts";
import { traefikImage } from "../../components/ingress/images.ts";
import { backupServerImage } from "../../components/storage/images.ts";
import { images } from "../../components/workload/images.ts";
import { type ImageRecipe, inRegistry } from "./imageRecipe.ts";

/**
 * Those images. That of Datadog's agent is a stand-in: in it `agent run` starts statsd_exporter, which takes DogStatsD
 * where the agent would and shows what arrived; it collects nothing itself, and sends nothing to Datadog (agent.sh).
 */
export const appImages: readonly ImageRecipe[] = [
  {
    name: inRegistry(traefikImage),
    base: ["busybox", "authorities"],
    programs: { "usr/local/bin/traefik": "traefik" },
  },
  {
    name: inRegistry(images.restic),
    base: ["busybox", "authorities"],
    programs: { "usr/bin/restic": "restic" },
  },
  {
    name: inRegistry(backupServerImage),
    base: ["busybox"],
    programs: { "usr/bin/rest-server": "rest-server" },
  },
  { name: inRegistry(images.busybox), base: ["busybox"], programs: {} },
  {
    name: inRegistry(images.node),
    base: ["busybox", "libstdc++"],
    programs: { "usr/local/bin/node": "node" },
    user: { name: "node", id: 1000, home: "/home/node" },
  },
  {
    name: inRegistry(agentImage),
    base: ["busybox", "bash"],
    programs: { "usr/bin/statsd_exporter": "statsd_exporter" },
    scripts: { "usr/bin/agent": "agent.sh" },
    user: { name: "dd-agent", id: agentUser, home: "/opt/datadog-agent" },
  },
];
