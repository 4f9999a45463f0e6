import { type AnyContainer, podRule } from "./pods.ts";

/** What runs without end says when it has started, so that a slow board is not taken for a dead program. */
export const startupProbe = podRule(
  {
    name: "startup-probe",
    description: "Every long-running container has a startup probe.",
    level: "mandatory",
    // Its image holds the program alone, which opens no port.
    exempt: ["dns/dynamic-dns"],
  },
  ({ spec, lasts }) =>
    lasts
      ? spec.containers
          .filter((container) => container.startupProbe === undefined)
          .map(
            ({ name }) =>
              `container ${name} has no startupProbe: on a slow board its liveness probe restarts it again and again before it is up. Set one that allows several minutes.`,
          )
      : [],
);

type Probe = NonNullable<AnyContainer["livenessProbe"]>;

/** Probes give a slow board time: it pulls, unpacks and starts from a card, beside everything else. */
export const probeTiming = podRule(
  {
    name: "probe-timing",
    description:
      "Startup and liveness probes, and the timeouts of all probes, are long enough for a slow board.",
    level: "mandatory",
    settings: {
      startupSeconds: {
        type: "number",
        default: 300,
        description: "Minimum duration of a startup probe in seconds: periodSeconds × failureThreshold.",
      },
      livenessSeconds: {
        type: "number",
        default: 90,
        description:
          "Minimum time in seconds without an answer before a liveness probe restarts a container.",
      },
      timeoutSeconds: {
        type: "number",
        default: 5,
        description: "Minimum timeoutSeconds of any probe; the default of Kubernetes is 1.",
      },
    },
  },
  ({ spec }, config) =>
    spec.containers.flatMap((container) => {
      const { name, startupProbe: startup, livenessProbe: liveness, readinessProbe: readiness } = container;
      const bounded = [
        ["startupProbe", startup, config.startupSeconds],
        ["livenessProbe", liveness, config.livenessSeconds],
      ] as const;
      const all = [...bounded, ["readinessProbe", readiness, 0] as const];
      return all.flatMap(([what, probe, least]) => {
        if (probe === undefined) return [];
        const { timeoutSeconds = 1 } = probe;
        const wanted = config.timeoutSeconds as number;
        return [
          ...(allowed(probe) < (least as number)
            ? [
                `the ${what} of container ${name} allows ${allowed(probe)} s, but a slow board needs at least ${least as number} s. Raise periodSeconds or failureThreshold.`,
              ]
            : []),
          ...(timeoutSeconds < wanted
            ? [
                `the ${what} of container ${name} times out after ${timeoutSeconds} s, less than ${wanted}: a board with a slow card takes longer to answer. Raise timeoutSeconds.`,
              ]
            : []),
        ];
      });
    }),
);

/** Seconds until a probe has failed, with Kubernetes' own defaults. */
function allowed({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return initialDelaySeconds + periodSeconds * failureThreshold;
}
