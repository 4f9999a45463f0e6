import { findBuilt } from "../../lab/built.ts";
import { builtImage } from "../../lab/image.ts";
import { clusterKernel } from "../../lab/kernel.ts";
import { labFault } from "../../lab/machine.ts";
import { areMirrorsBuilt } from "../../lab/packageMirror.ts";
import { findEngine } from "../../tools/engine.ts";

/** Why no virtual board can be started, or an empty text. Nothing is built in a test: that takes minutes. */
export const noLab: string = (await labFault()) ?? whatIsNotBuilt();

/** Why no cluster can be made of virtual boards, or an empty text. */
export const noCluster: string = noLab || (await noEngine()) || whatNodesMiss();

function whatIsNotBuilt(): string {
  const image = builtImage();
  if (image !== undefined && areMirrorsBuilt(image)) return "";
  return "what virtual boards start from is not built: run `node lab/prepare.ts`, some minutes once";
}

async function noEngine(): Promise<string> {
  const engine = await findEngine();
  return "missing" in engine ? engine.missing : "";
}

function whatNodesMiss(): string {
  if (findBuilt(clusterKernel()) !== undefined) return "";
  return "the kernel of a cluster's virtual boards is not built: run `node lab/prepare.ts`";
}
