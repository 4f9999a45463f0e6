// Brings what virtual boards start from: `node lab/prepare.ts`. Minutes the first time, nothing after that.
import { untilInterrupted } from "../tools/interruption.ts";
import { reasonOf } from "../tools/lines.ts";
import { labFolder, obtainBuilt } from "./built.ts";
import { virtualBoardImage } from "./image.ts";
import { clusterImages } from "./images/build.ts";
import { currentBuild } from "./kubernetesBuild.ts";
import { clusterKernel } from "./kernel.ts";
import { labFault, usualMachine } from "./machine.ts";
import { debianPackages } from "./packages/debian.ts";
import { kubernetesPackages } from "./packages/kubernetes.ts";

const say = (line: string) => process.stderr.write(`lab: ${line}\n`);

process.exitCode = await untilInterrupted(
  async (signal) => {
    const fault = await labFault();
    if (fault !== undefined) throw new Error(fault);
    const surroundings = { say, signal };
    const image = await virtualBoardImage(surroundings);
    await obtainBuilt(debianPackages(image), surroundings);
    await obtainBuilt(kubernetesPackages(currentBuild), surroundings);
    await obtainBuilt(clusterImages(currentBuild), surroundings);
    if ((await usualMachine()) === "userMode") await obtainBuilt(clusterKernel(), surroundings);
    say(`ready in ${labFolder()}`);
    return 0;
  },
  (error) => {
    say(reasonOf(error));
  },
);
