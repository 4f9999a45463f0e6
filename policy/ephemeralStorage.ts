import { mebibytes } from "../components/workload/quantity.ts";
import { type AnyContainer, containersOf, podOwner } from "./pods.ts";
import { type Messages, resourceRule } from "./rule.ts";

/** A card that is full stops its board: every pod is evicted, and no image can be pulled. */
export const ephemeralStorage = resourceRule({
  name: "ephemeral-storage",
  description: "Every container has a limit of ephemeral storage: what it may write to the board's card.",
  level: "advisory",
  subject: podOwner,
  messages: ({ pod }) => containersOf(pod).flatMap(diskMessages),
});

function diskMessages({ name, resources }: AnyContainer): Messages {
  const [request, limit] = [resources?.requests, resources?.limits].map(
    (each) => each?.["ephemeral-storage"],
  );
  return [
    limit === undefined &&
      `container ${name} has no ephemeral-storage limit: its log and temporary files can fill the card, and the kubelet then evicts its neighbours, too. Set resources.limits.ephemeral-storage to 128Mi for a program that only logs, and a request of what it usually has; the request is the limit else.`,
    request !== undefined &&
      limit !== undefined &&
      mebibytes(limit) < mebibytes(request) &&
      `container ${name} has an ephemeral-storage limit of ${limit}, below its request of ${request}: the API server rejects it. Raise the limit.`,
  ];
}
