// What is done to a cluster while people use it.
import { setTimeout as sleep } from "node:timers/promises";
import { defaultLimits } from "../../../components/app/limits.ts";
import { kubectl, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { upgrade } from "../../faults/changes.ts";
import { healthy, upTold, type Say } from "../../faults/fault.ts";
import { nextPatchBuild } from "../../kubernetesBuild.ts";
import { browse } from "../browse.ts";
import { homeWorks } from "../checks/all.ts";
import { aroundOf, hostOf, measured, ownersLogin } from "../home.ts";

/** A patch version, while the laptop reads a page. */
export async function patchUnderWay(lab: Lab, say: Say): Promise<Finding[]> {
  const reader = await readPage(lab);
  const upgraded = await upgrade(lab, say, nextPatchBuild);
  return [...upgraded, await reader.end("pages were answered during the upgrade")];
}

/** The control plane on a new card, with etcd from its snapshot on another board: what runs on workers runs on. */
export async function restoreUnderApps(lab: Lab, say: Say): Promise<Finding[]> {
  const running = () =>
    kubectl(
      lab.first,
      "-n ingress get pods -o 'jsonpath={.items[*].metadata.uid} {.items[*].status.startTime}'",
    );
  const before = await running();
  await kubectl(lab.first, "create configmap kept --from-literal=word=before");
  await lab.first.ssh("sudo systemctl start bramble-snapshot.service", { limit: 300 });
  const reader = await readPage(lab);
  say("a snapshot is taken; the control plane gets a new card");
  await lab.replaceBoards(lab.settings.boards[0]?.name ?? "");
  await upTold(lab, say);
  const again = await healthy(lab);
  const read = await reader.end("pages were answered without a control plane");
  const word = await kubectl(lab.first, "get configmap kept -o 'jsonpath={.data.word}'");
  const after = await running();
  return [
    ...again,
    { what: "its ConfigMap is restored", holds: word === "before", seen: word },
    { what: "Traefik's pod is the same", holds: after === before, seen: `${before}, then ${after}` },
    read,
    ...(await homeWorks(lab)),
  ];
}

/** Seconds without an answer that a home may have: a container is started again, and its page read. */
const bearable = 120;

/** Milliseconds from one read to the next: as often as the limit for pages with a login lets one read for ever. */
const readPause = 60_000 / defaultLimits.passwords.perMinute;

/** Reads a page until it is ended. */
async function readPage(lab: Lab) {
  const url = `https://${hostOf(lab, "sensors")}/`;
  const how = { root: aroundOf(lab).root, login: await ownersLogin(lab) };
  const answers = { good: 0, failed: 0, longest: 0 };
  const state = { isOver: false };
  let since = performance.now();
  const reading = (async () => {
    while (!state.isOver) {
      const { status } = await browse(aroundOf(lab).laptop, url, how);
      if (status === 200) {
        answers.good += 1;
        since = performance.now();
      } else {
        answers.failed += 1;
        answers.longest = Math.max(answers.longest, (performance.now() - since) / 1000);
      }
      await sleep(readPause);
    }
  })();
  return {
    async end(what: string): Promise<Finding> {
      state.isOver = true;
      await reading;
      const { good, failed, longest } = answers;
      const seen = `${failed} of ${good + failed} failed, for ${longest.toFixed(0)} s in a row at most`;
      return measured(what, good > 0 && longest < bearable, seen);
    },
  };
}
