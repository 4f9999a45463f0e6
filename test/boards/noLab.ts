import { builtImage } from "../../lab/image.ts";
import { labFault } from "../../lab/machine.ts";
import { areMirrorsBuilt } from "../../lab/packageMirror.ts";

/** Why no virtual board can be started, or an empty text. Nothing is built in a test: that takes minutes. */
export const noLab: string = (await labFault()) ?? whatIsNotBuilt();

function whatIsNotBuilt(): string {
  const image = builtImage();
  if (image !== undefined && areMirrorsBuilt(image)) return "";
  return "what virtual boards start from is not built: run `node lab/prepare.ts`, some minutes once";
}
