// A cluster that was switched off for longer than its certificates are valid.
import { kubectl, until, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { healthy, upTold, type Say } from "./fault.ts";

const seconds = 400 * 86_400;

/** The control plane comes back by itself; the workers' kubelets, whose certificates nobody renews, with one `up`. */
export async function offForAYear(lab: Lab, say: Say): Promise<Finding[]> {
  await upTold(lab, say);
  const before = await healthy(lab);
  const nodes = () => kubectl(lab.board("lab-1"), "get nodes -o 'jsonpath={.items[*].metadata.uid}'");
  await kubectl(lab.board("lab-1"), "create configmap kept --from-literal=word=before");
  const known = await nodes();
  for (const board of lab.boards.values()) {
    // The lab's time server stays in the present.
    await board.ssh("sudo systemctl disable systemd-timesyncd && sync");
    await board.powerOff();
  }
  say("all boards are off for 400 days");
  for (const board of lab.boards.values()) await board.powerOn({ clockOffset: seconds });
  const ready = () => kubectl(lab.board("lab-1"), "get --raw /readyz");
  const alone = await until(900, ready, (seen) => seen === "ok");
  say("the API answers again");
  lab.stack.clockOffset = seconds;
  await upTold(lab, say);
  const word = await kubectl(lab.board("lab-1"), "get configmap kept -o 'jsonpath={.data.word}'");
  const same = await nodes();
  const day = await lab.board("lab-2").ssh("date +%F");
  return [
    ...before,
    { what: "the control plane has recovered by itself", ...alone },
    { what: "its ConfigMap is restored", holds: word === "before", seen: word },
    { what: "the nodes are unchanged", holds: known === same, seen: `${known}, then ${same}` },
    {
      what: "all of this was 400 days later",
      holds: new Date(day).getTime() > Date.now() + (seconds - 86_400) * 1000,
      seen: day,
    },
    ...(await healthy(lab)),
  ];
}
