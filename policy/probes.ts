import { z } from "zod";
import { type AnyContainer, podOwner } from "./pods.ts";
import { resourceRule } from "./rule.ts";

/** What runs without end says when it has started, so that a slow board is not taken for a dead program. */
export const startupProbe = resourceRule({
  name: "startup-probe",
  description: "Every long-running container has a startup probe.",
  // Its image holds the program alone, which opens no port.
  exempt: ["dns/dynamic-dns"],
  subject: podOwner,
  messages: ({ pod, lasts }) =>
    pod.containers.map(
      (container) =>
        lasts &&
        container.startupProbe === undefined &&
        `container ${container.name} has no startupProbe: on a slow board its liveness probe restarts it again and again before it is up. Set one that allows several minutes.`,
    ),
});

type Probe = NonNullable<AnyContainer["livenessProbe"]>;

/** Probes give a slow board time: it pulls, unpacks and starts from a card, beside everything else. */
export const probeTiming = resourceRule({
  name: "probe-timing",
  description:
    "Startup and liveness probes, and the timeouts of all probes, are long enough for a slow board.",
  settings: {
    startupSeconds: z
      .number()
      .default(300)
      .describe("Minimum duration of a startup probe in seconds: periodSeconds × failureThreshold."),
    livenessSeconds: z
      .number()
      .default(90)
      .describe("Minimum time in seconds without an answer before a liveness probe restarts a container."),
    timeoutSeconds: z
      .number()
      .default(5)
      .describe("Minimum timeoutSeconds of any probe; the default of Kubernetes is 1."),
  },
  subject: podOwner,
  messages: ({ pod }, config) =>
    pod.containers.flatMap(({ name, startupProbe, livenessProbe, readinessProbe }) => {
      const all = [
        ["startupProbe", startupProbe, config.startupSeconds],
        ["livenessProbe", livenessProbe, config.livenessSeconds],
        ["readinessProbe", readinessProbe, 0],
      ] as const;
      return all.flatMap(([what, probe, least]) => {
        if (probe === undefined) return [];
        const { timeoutSeconds = 1 } = probe;
        return [
          allowed(probe) < least &&
            `the ${what} of container ${name} allows ${allowed(probe)} s, but a slow board needs at least ${least} s. Raise periodSeconds or failureThreshold.`,
          timeoutSeconds < config.timeoutSeconds &&
            `the ${what} of container ${name} times out after ${timeoutSeconds} s, less than ${config.timeoutSeconds}: a board with a slow card takes longer to answer. Raise timeoutSeconds.`,
        ];
      });
    }),
});

/** Seconds until a probe has failed, with Kubernetes' own defaults. */
function allowed({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return initialDelaySeconds + periodSeconds * failureThreshold;
}
