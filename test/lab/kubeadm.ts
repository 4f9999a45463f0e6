import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { findProgram } from "../../lab/programs.ts";

/** The real kubeadm of the lab's packages, or undefined. */
export const kubeadm = await findProgram(currentBuild, "kubeadm");

/** Why there is none. */
export const noKubeadm = "kubeadm is not built: run `node lab/prepare.ts`, some minutes once";
