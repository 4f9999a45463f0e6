import { memoryPlan } from "../../components/board/memoryPlan.ts";
import { controlPlaneSettings } from "../../components/kubeadm/controlPlaneSettings.ts";
import type { ControlPlaneSettings } from "./programs.ts";

/** MemTotal of a Raspberry Pi 3 in MiB (components/board/models.ts): the board that starved in 2018. */
const capacity = 905;

const { apiServer, controllerManager, scheduler, etcd } = controlPlaneSettings(memoryPlan(capacity), 1);

/** What kubeadm does when it is told nothing, and what bramble tells it on such a board. */
export const settingsCompared: readonly ControlPlaneSettings[] = [
  { name: "stock", apiServer: {}, controllerManager: {}, scheduler: {}, etcd: {} },
  { name: "bramble", apiServer, controllerManager, scheduler, etcd: etcd.local },
];
