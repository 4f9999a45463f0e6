import { stringify } from "yaml";
import { dogstatsdPort } from "./ports.ts";
import type { AgentOptions } from "./settings.ts";

/** The agent's own directory for what it writes. */
export const runDirectory = "/opt/datadog-agent/run";
/** Directory of the DogStatsD socket, on each board and in the agent's pod. */
export const socketDirectory = "/var/run/datadog";
/** Port of the agent's probes, `/live`, `/ready` and `/startup`. */
export const healthPort = 5555;

/**
 * The agent's datadog.yaml as far as it is the same on every cluster; what differs comes as `DD_…` variables.
 * Everything that is off costs memory on every board and feeds nothing that bramble shows.
 */
const agentConfig = ({
  traces = false,
  processes = false,
  logs = false,
  verifyKubelet = false,
}: Partial<AgentOptions>) => ({
  // Else the container's log is written to the SD card twice.
  disable_file_logging: true,
  health_port: healthPort,
  auth_token_file_path: `${runDirectory}/auth_token`,
  // A board is in no cloud: do not ask six of them for it at each start.
  cloud_provider_metadata: [],

  // kubeadm's kubelets sign their own serving certificates, for the board's name only, and the agent asks by
  // address: unless the cluster's CA signed them (`serverTLSBootstrap`, and their requests approved), neither that
  // CA nor a copy of kubelet.crt would verify. The connection goes to the agent's own board and so never crosses
  // the LAN. Without TLS at all it must not go on, though: port 0 keeps the agent from falling back to the
  // kubelet's read-only port.
  kubelet_tls_verify: verifyKubelet,
  ...(verifyKubelet && { kubelet_client_ca: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt" }),
  kubernetes_http_kubelet_port: 0,
  // The tag kube_service, for which every agent would list all endpoints of the cluster each minute.
  kubernetes_collect_metadata_tags: false,

  dogstatsd_port: dogstatsdPort,
  dogstatsd_non_local_traffic: true,
  dogstatsd_socket: `${socketDirectory}/dsd.socket`,

  apm_config: { enabled: traces, ...(traces && { apm_non_local_traffic: true }) },
  logs_enabled: logs,
  ...(logs && { logs_config: { container_collect_all: true } }),
  process_config: {
    process_collection: { enabled: processes },
    container_collection: { enabled: false },
    process_discovery: { enabled: false },
  },
  orchestrator_explorer: { enabled: false },
  container_lifecycle: { enabled: false },
  container_image: { enabled: false },
  remote_configuration: { enabled: false },
  agent_telemetry: { enabled: false },

  // Checks in Python that the agent would start by itself for containers of these names. The interpreter is
  // loaded with the first check that needs it, so without them no board has it but the one on which
  // kube-state-metrics runs. Nor would most work: kubeadm binds etcd, the controller-manager, the scheduler and
  // kube-proxy to the loopback address, and `kubernetes_state` knows only kube-state-metrics 1.9.
  ignore_autoconf: [
    "coredns",
    "etcd",
    "kube_apiserver_metrics",
    "kube_controller_manager",
    "kube_proxy",
    "kube_scheduler",
    "kubernetes_state",
  ],
});

/** The agent's datadog.yaml. */
export function agentConfigFile(options: Partial<AgentOptions>): string {
  return stringify(agentConfig(options));
}
