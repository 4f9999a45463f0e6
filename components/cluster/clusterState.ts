import type { AccessRule } from "../access.ts";

/** A kind of object that kube-state-metrics watches, and what is made of it. */
interface Watched {
  readonly apiGroup: string;
  /**
   * kube-state-metrics' name of a metric, and the name it gets in Datadog below `kubernetes_state.`, with what
   * the openmetrics check shall do with its value unless it is sent as it is.
   */
  readonly metrics: Readonly<
    Record<string, string | { readonly name: string; readonly type: "time_elapsed" }>
  >;
}

/**
 * All that is watched, by the plural of its kind: what concerns the cluster and no agent can see on its own
 * board. (Restarts, requests, limits and why a container waits, each agent gets from its kubelet.) The names in
 * Datadog are those of its own check `kubernetes_state_core`, where it has one. Permissions, arguments and the
 * agent's check follow from this table, so nothing is watched, exposed or sent that is not in it.
 */
export const watched: Readonly<Record<string, Watched>> = {
  nodes: {
    apiGroup: "",
    metrics: {
      kube_node_status_condition: "node.by_condition",
      kube_node_spec_unschedulable: "node.unschedulable",
      kube_node_status_allocatable: "node.allocatable",
    },
  },
  pods: {
    apiGroup: "",
    metrics: {
      kube_pod_status_phase: "pod.status_phase",
      kube_pod_status_unschedulable: "pod.unschedulable",
    },
  },
  persistentvolumeclaims: {
    apiGroup: "",
    metrics: { kube_persistentvolumeclaim_status_phase: "persistentvolumeclaim.status" },
  },
  deployments: {
    apiGroup: "apps",
    metrics: {
      kube_deployment_spec_replicas: "deployment.replicas_desired",
      kube_deployment_status_replicas_available: "deployment.replicas_available",
    },
  },
  daemonsets: {
    apiGroup: "apps",
    metrics: {
      kube_daemonset_status_desired_number_scheduled: "daemonset.desired",
      kube_daemonset_status_number_ready: "daemonset.ready",
    },
  },
  statefulsets: {
    apiGroup: "apps",
    metrics: {
      kube_statefulset_replicas: "statefulset.replicas_desired",
      kube_statefulset_status_replicas_ready: "statefulset.replicas_ready",
    },
  },
  cronjobs: {
    apiGroup: "batch",
    metrics: {
      // Seconds since, for nothing in Datadog compares a point in time with now.
      kube_cronjob_status_last_successful_time: {
        name: "cronjob.duration_since_last_successful",
        type: "time_elapsed",
      },
    },
  },
};

/** The rules of kube-state-metrics' cluster role: to list and watch what is watched. */
export function watchRules(): AccessRule[] {
  const byGroup = Map.groupBy(Object.entries(watched), ([, { apiGroup }]) => apiGroup);
  return [...byGroup].map(([apiGroup, entries]) => ({
    apiGroups: [apiGroup],
    resources: entries.map(([resource]) => resource),
    verbs: ["list", "watch"],
  }));
}

/** Arguments by which kube-state-metrics watches and exposes what is watched and nothing else. */
export function watchArguments(): string[] {
  const metrics = Object.values(watched).flatMap((each) => Object.keys(each.metrics));
  return [`--resources=${Object.keys(watched).join(",")}`, `--metric-allowlist=${metrics.join(",")}`];
}

/**
 * The check that the Datadog agent of kube-state-metrics' board runs, as the value of the pod's annotation
 * `ad.datadoghq.com/<container>.checks`.
 *
 * It is the generic `openmetrics` check, since of Datadog's two own ones `kubernetes_state` knows only
 * kube-state-metrics 1.9 (integrations-core#11621) and `kubernetes_state_core` needs a cluster agent. Its
 * metrics count as custom metrics: some 8 for each board, 2 for each pod and 2 for each controller.
 *
 * @param port where kube-state-metrics serves them
 */
export function datadogCheck(port: number): object {
  return {
    openmetrics: {
      // Else everything is tagged as if it were about kube-state-metrics' own pod.
      ignore_autodiscovery_tags: true,
      init_config: {},
      instances: [
        {
          openmetrics_endpoint: `http://%%host%%:${port}/metrics`,
          namespace: "kubernetes_state",
          metrics: Object.values(watched).map(({ metrics }) => metrics),
          // A board's metrics belong to the board's host.
          hostname_label: "node",
          // The address changes with every pod.
          tag_by_endpoint: false,
          min_collection_interval: 60,
          rename_labels: {
            namespace: "kube_namespace",
            pod: "pod_name",
            deployment: "kube_deployment",
            daemonset: "kube_daemon_set",
            statefulset: "kube_stateful_set",
            cronjob: "kube_cronjob",
          },
          exclude_labels: ["uid"],
          // Each state is a time series of its own, 1 or 0. These say nothing that the others do not.
          exclude_metrics_by_labels: {
            status: ["^(false|unknown)$"],
            phase: ["^(Running|Succeeded|Unknown|Bound)$"],
            resource: ["^(?!memory$|pods$)"],
          },
        },
      ],
    },
  };
}
