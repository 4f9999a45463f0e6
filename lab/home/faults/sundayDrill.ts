// Everything is lost but the disk with the backups and Pulumi's state.
import { backedUp, backupsKept, backupsOf } from "../../apps/checks.ts";
import { kubectl, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { healthy, upTold, type Say } from "../../faults/fault.ts";
import { homeWorks } from "../checks/all.ts";
import { certificateOf, pagesAreShown } from "../checks/entrance.ts";
import { GitLaptop } from "../checks/git.ts";
import { measured } from "../home.ts";

/** Outputs of the stack that the owner has written down. */
const writtenDown = ["loginPassword", "gogsAdminPassword", "sensorsTokens", "backupPassword"] as const;

/** Data is made and backed up, every board gets a blank card, and one `up` brings all of it back. */
export async function sundayDrill(lab: Lab, say: Say): Promise<Finding[]> {
  const laptop = await GitLaptop.create(lab);
  try {
    await upTold(lab, say);
    const first = [...(await healthy(lab)), ...(await pagesAreShown(lab))];
    const repository = lab.settings.gogs === undefined ? undefined : await laptop.push("sunday");
    const before = await kept(lab);
    const saved = await backedUp(lab);
    const backups = await backupsOf(lab, "traefik");
    const begin = performance.now();
    say("every board gets a blank card");
    await lab.replaceBoards(...lab.boards.keys());
    await upTold(lab, say);
    const again = await healthy(lab);
    const after = await kept(lab);
    const minutes = (performance.now() - begin) / 60_000;
    const isOther = after.cluster !== "" && after.cluster !== before.cluster;
    return [
      ...first,
      ...(repository?.findings ?? []),
      ...saved,
      ...again,
      { what: "the cluster is another one", holds: isOther, seen: after.cluster },
      await backupsKept(lab, backups),
      measured(
        "the certificate is the one from before: none was issued again",
        after.certificate !== "" && after.certificate === before.certificate,
        after.certificate,
      ),
      { what: "passwords and tokens are as before", holds: after.outputs === before.outputs, seen: "others" },
      ...(repository ? await laptop.clone("sunday", repository.commit) : []),
      ...(await homeWorks(lab)),
      measured(
        "from blank cards to a home that works, without a hand step",
        true,
        `${minutes.toFixed(1)} min`,
      ),
    ];
  } finally {
    await laptop.remove();
  }
}

async function kept(lab: Lab) {
  const outputs = await lab.stack.outputs();
  return {
    cluster: await kubectl(lab.first, "get namespace kube-system -o 'jsonpath={.metadata.uid}'"),
    certificate: await certificateOf(lab, "sensors"),
    outputs: JSON.stringify(writtenDown.map((name) => outputs[name])),
  };
}
