import { type AnyContainer, podRule } from "./pods.ts";

/** What runs without end says when it has started, so that a slow board is not taken for a dead program. */
export const startupProbe = podRule(
  {
    name: "startup-probe",
    description: "Every container that runs without end has a startup probe.",
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
              `container ${name} has no startupProbe: on a slow board its liveness probe ends it before it is up, again and again. Set one that allows minutes.`,
          )
      : [],
);

type Probe = NonNullable<AnyContainer["livenessProbe"]>;

/** Probes give a slow board time: it pulls, unpacks and starts from a card, beside everything else. */
export const probeTiming = podRule(
  {
    name: "probe-timing",
    description:
      "Startup probes allow minutes, liveness probes more than a moment, and every answer some seconds.",
    level: "mandatory",
    settings: {
      startupSeconds: {
        type: "number",
        default: 300,
        description: "Least time in seconds that a startup probe allows: periodSeconds × failureThreshold.",
      },
      livenessSeconds: {
        type: "number",
        default: 90,
        description: "Least time in seconds without an answer until a liveness probe ends a container.",
      },
      timeoutSeconds: {
        type: "number",
        default: 5,
        description: "Least timeoutSeconds of any probe; Kubernetes' default is 1.",
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
                `the ${what} of container ${name} allows ${allowed(probe)} s, less than the ${least as number} of a slow board. Raise periodSeconds or failureThreshold.`,
              ]
            : []),
          ...(timeoutSeconds < wanted
            ? [
                `the ${what} of container ${name} waits ${timeoutSeconds} s for an answer, less than ${wanted}: a board that reads from its card answers later. Raise timeoutSeconds.`,
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
