// Builds what tests need and the rehearsal does not. Without it those tests are skipped.
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { obtainPrograms } from "../../lab/programs.ts";
import { untilInterrupted } from "../../tools/interruption.ts";
import { reasonOf } from "../../tools/lines.ts";
import { obtainTools } from "../../tools/obtain.ts";
import { SetUpError } from "../../tools/setUp.ts";
import { programsHere } from "./catalogue.ts";

const tell = (error: unknown) => process.stderr.write(`set-up: ${reasonOf(error)}\n`);
process.exitCode = await untilInterrupted(async (signal) => {
  const obtained = [
    () => obtainTools({ ...programsHere(), signal }),
    () => obtainPrograms(currentBuild, ["statsd_exporter"], { signal }),
  ];
  for (const obtain of obtained) {
    try {
      await obtain();
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      tell(error);
    }
  }
  return 0;
}, tell);
