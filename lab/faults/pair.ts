// Pods by which an interruption of an app would be seen.

/** Two pods that a budget keeps from being evicted together, on any board. */
export const pair = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "lab-pair", namespace: "default" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "lab-pair" } },
        template: {
          metadata: { labels: { app: "lab-pair" } },
          spec: {
            tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: "web",
                image: "lab/busybox:1",
                command: ["httpd", "-f", "-p", "8080"],
                // A busy board may take seconds to answer, and is there all the same.
                readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2, timeoutSeconds: 5 },
                resources: { requests: { memory: "8Mi" }, limits: { memory: "32Mi" } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "lab-pair", namespace: "default" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "lab-pair" } } },
    },
  ],
};
