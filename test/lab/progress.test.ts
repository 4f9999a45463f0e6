import { expect, it } from "vitest";
import { stepTeller } from "../../lab/stack.ts";

it("tells each step on a board twice and what is in the cluster once, and nothing else", () => {
  const told: string[] = [];
  const tell = stepTeller((line) => told.push(line.trim()));
  for (const line of [
    "@ updating....",
    "+  bramble:board:BoardBootstrap lab-1-bootstrap creating (0s)",
    "+  command:remote:Command lab-1-host creating (0s)",
    "+  command:remote:Command lab-1-host creating (3s) host: changed /etc/hosts",
    "+  command:remote:Command lab-1-host created (4s)",
    "~  command:remote:Command lab-1-swap updating (0s) [diff: ~stdin]",
    "~  command:remote:Command lab-1-swap **updating failed** 1 error",
    "+  kubernetes:apps/v1:DaemonSet flannel-daemonset creating (1s)",
    "+  kubernetes:apps/v1:DaemonSet flannel-daemonset created (20s)",
    "   pulumi:pulumi:Stack bramble-lab running",
    "-  command:remote:Command lab-2-join deleted (1s)",
  ])
    tell(line);
  expect(told).toEqual([
    "lab-1-host: creating",
    "lab-1-host: created",
    "lab-1-swap: updating",
    "lab-1-swap: updating failed",
    "flannel-daemonset: created",
    "lab-2-join: deleted",
  ]);
});
