/** Parts of the agent that cost memory on every board. All are off by default. */
export interface AgentOptions {
  /** Takes traces, on TCP port 8126 of each board. */
  readonly traces: boolean;
  /** Shows every board's processes. */
  readonly processes: boolean;
  /** Sends every container's log. The agent then runs as root: the logs are root's alone. */
  readonly logs: boolean;
  /**
   * Verifies the kubelets' serving certificates by the cluster's CA. kubeadm has kubelets sign their own, which
   * nothing verifies; with `serverTLSBootstrap` and their requests approved they can be.
   */
  readonly verifyKubelet: boolean;
}

/** MiB that a part adds to the agent's request, and twice as much to its limit. Estimates: they were not measured. */
export const extraMemory = { processes: 32, logs: 48, traces: 64 } as const;
