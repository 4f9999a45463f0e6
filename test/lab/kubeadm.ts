import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { programOf } from "../../lab/programs.ts";
import { findInCache } from "../../tools/cache.ts";
import { thisMachine } from "../../tools/setUp.ts";

const { file } = await findInCache(programOf(currentBuild, "kubeadm"), thisMachine());

/** The real kubeadm of the lab's packages, or undefined. */
export const kubeadm = file;

/** Why there is none. */
export const noKubeadm = "kubeadm is not built: run `node lab/prepare.ts`, some minutes once";
