import type { ControlPlaneSettings } from "./programs.ts";

/** What kubeadm does when it is told nothing. */
export const stock: ControlPlaneSettings = {
  name: "stock",
  etcd: {},
  apiServer: {},
  controllerManager: {},
  scheduler: {},
};
