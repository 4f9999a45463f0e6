// Cards of Armbian. It has no first-boot files on a boot partition (armbian_first_run.txt is gone, and what
// /root/.not_logged_in_yet presets is done at the first login only), so these files lie on its root file system.
// https://github.com/armbian/build, packages/bsp/common
import { assignments } from "../board/shell.ts";
import { netplan } from "./network.ts";
import { type CardFile, type CardPlan, writtenByBramble } from "./plan.ts";
import { script, setUpParameters, unit, yaml } from "./documents.ts";

const setUpScript = "etc/bramble/set-up";

/** Of the network port in Armbian's own netplan file, which this overrides. */
const port = { "all-eth-interfaces": { match: { name: "e*" } } };

/** The files below / of a board's card. */
export function armbianFiles(plan: CardPlan): CardFile[] {
  const parameters = { ...setUpParameters(plan), SET_UP: `/${setUpScript}` };
  return [
    {
      path: setUpScript,
      content: `${writtenByBramble}\n${assignments(parameters)}${script("setUp")}${script("armbian")}`,
      mode: 0o700,
    },
    { path: "etc/systemd/system/bramble-card.service", content: unit(service) },
    // A link to the service would do the same; a file arrives whole wherever it is copied.
    {
      path: "etc/systemd/system/multi-user.target.d/bramble-card.conf",
      content: unit({ Unit: { Wants: "bramble-card.service" } }),
    },
    { path: "etc/netplan/60-bramble-card.yaml", content: yaml(netplan(plan, port)), mode: 0o600 },
    // It would replace the host key.
    {
      path: "etc/default/armbian-firstrun",
      content: `${writtenByBramble}\nOPENSSHD_REGENERATE_HOST_KEYS=false\n`,
    },
  ];
}

const service = {
  Unit: {
    Description: "Set up this board for bramble",
    ConditionPathExists: `/${setUpScript}`,
    Before: "ssh.service armbian-firstrun.service getty.target",
  },
  Service: { Type: "oneshot", ExecStart: `/bin/bash /${setUpScript}` },
};
