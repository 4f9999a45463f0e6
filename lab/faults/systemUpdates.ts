// Updates of the boards' own systems, and the reboots that they need.
import { readFileSync } from "node:fs";
import { kubectl, until, type Finding } from "../checks.ts";
import type { Lab } from "../cluster.ts";
import { complaint, healthy, upTold, type Say } from "./fault.ts";
import { cutOff, pullPlug } from "./interruptions.ts";
import { watchPair } from "./pair.ts";

const standIn = readFileSync(new URL("standIn.sh", import.meta.url), "utf8");
/** What it leaves. */
const standInFiles = "/srv/lab /etc/apt/sources.list.d/lab-stand-in.list";
const minute = 60;

/** A newer package on each board, installed by the board's own timer, that asks for a reboot. */
export async function updateSystems(lab: Lab, say: Say): Promise<Finding[]> {
  const before = await boots(lab);
  await allowReboots(lab, say);
  const allowed = await boots(lab);
  const installed: Finding[] = [];
  for (const [name, board] of lab.boards) {
    const seen = await board.ssh("sudo bash -s", { input: standIn, limit: 10 * minute });
    const holds = seen.includes("lab-kernel 2\n") && !seen.includes("kubelet 9.9.9");
    installed.push({ what: `${name} has the newer package, and its kubelet`, holds, seen });
  }
  const told = await until(
    2 * minute,
    () => rebootsDue(lab),
    (seen) => namesIn(lab, seen).length === 0,
  );
  const drift = await lab.stack.drift();
  const watched = await watchPair(lab, say, () => upTold(lab, say).then(() => undefined));
  const after = await boots(lab);
  for (const board of lab.boards.values()) await board.ssh(`sudo rm -r ${standInFiles}`);
  return [
    {
      what: "no board is rebooted before it is due",
      holds: same(before, allowed).length === lab.boards.size,
      seen: text(allowed),
    },
    ...installed,
    { what: "each node says that a reboot is due", ...told },
    {
      what: "drift names each board's reboot",
      holds: drift.split("restart: a reboot is due for lab-kernel").length - 1 === lab.boards.size,
      seen: drift,
    },
    ...watched,
    {
      what: "each board was rebooted",
      holds: same(before, after).length === 0,
      seen: `${text(before)}\n${text(after)}`,
    },
    ...(await inService(lab)),
  ];
}

/** The board whose turn it is goes down and stays away. */
export async function stayAway(lab: Lab, say: Say): Promise<Finding[]> {
  await allowReboots(lab, say);
  const before = await boots(lab);
  const workers = await requireReboots(lab);
  let away: string | undefined;
  let gone: Promise<void> | undefined;
  const onLine = (line: string) => {
    const [, name] = /(\S+)-restart updated/.exec(line) ?? [];
    if (name === undefined || !workers.includes(name) || away !== undefined) return;
    away = name;
    say(`${name} goes down, and stays away`);
    gone = lab.board(name).powerOff();
  };
  const said = await complaint(lab.stack.up(onLine), "the up succeeded nevertheless");
  await gone;
  const others = workers.filter((name) => name !== away);
  const during = await boots(lab, others);
  const findings = [
    {
      what: "the up says which board is not back",
      holds: said.includes(`${away ?? "?"} is not back from its reboot`),
      seen: said,
    },
    {
      what: "no other board was rebooted",
      holds: same(before, during).length === others.length,
      seen: text(during),
    },
  ];
  await lab.board(away ?? workers[0] ?? "").powerOn();
  say("it is on again");
  await upTold(lab, say);
  return [...findings, await rebooted(lab, workers, before), ...(await inService(lab))];
}

/** The control plane's power goes while the first worker is waited for. */
export async function losePower(lab: Lab, say: Say): Promise<Finding[]> {
  await allowReboots(lab, say);
  const before = await boots(lab);
  const workers = await requireReboots(lab);
  const when = {
    step: `${workers[0] ?? ""}-in-service`,
    doing: "updating",
    after: 5,
    harm: pullPlug("lab-1"),
  } as const;
  const happened = await cutOff(lab, say, when);
  await upTold(lab, say);
  return [happened, await rebooted(lab, workers, before), ...(await inService(lab))];
}

async function allowReboots(lab: Lab, say: Say): Promise<void> {
  // The lab's own repositories are no distribution's for security.
  const systemUpdates = { install: "all", reboot: "up", rebootOnlyControlPlane: true };
  Object.assign(lab.settings.cluster, { systemUpdates });
  await lab.stack.configure(lab.settings);
  await upTold(lab, say);
}

/** Has each worker ask for a reboot, as a package does, and drift find that. Their names, in the order of their turns. */
async function requireReboots(lab: Lab): Promise<string[]> {
  const workers = lab.settings.boards.flatMap(({ name, role }) => (role === "worker" ? [name] : []));
  for (const name of workers) {
    await lab
      .board(name)
      .ssh("sudo sh -c 'echo lab-kernel >/run/reboot-required.pkgs; touch /run/reboot-required'");
  }
  await until(
    2 * minute,
    () => rebootsDue(lab),
    (seen) => namesIn(lab, seen, workers).length === 0,
  );
  await lab.stack.drift();
  return workers;
}

/** What each node says of a reboot, a line `NAME SINCE PACKAGES` each. */
function rebootsDue(lab: Lab): Promise<string> {
  const fields = String.raw`{range .items[*]}{.metadata.name} {.metadata.annotations.bramble/reboot-due}{"\n"}{end}`;
  return kubectl(lab.first, `get nodes -o 'jsonpath=${fields}'`);
}

/** Those boards that do not say that a reboot is due. */
function namesIn(lab: Lab, seen: string, names: readonly string[] = [...lab.boards.keys()]): string[] {
  return names.filter((name) => !new RegExp(`^${name} \\d{4}-.* lab-kernel$`, "m").test(seen));
}

type Boots = ReadonlyMap<string, string>;

/** By which boot each board runs, by name. */
async function boots(lab: Lab, names: readonly string[] = [...lab.boards.keys()]): Promise<Boots> {
  const entries = names.map(async (name) => {
    const id = await lab.board(name).ssh("cat /proc/sys/kernel/random/boot_id");
    return [name, id.trim()] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Names of the boards that run by the same boot. */
function same(before: Boots, after: Boots): string[] {
  return [...after].flatMap(([name, id]) => (before.get(name) === id ? [name] : []));
}

function text(all: Boots): string {
  return [...all].map(([name, id]) => `${name} ${id}`).join(", ");
}

async function rebooted(lab: Lab, names: readonly string[], before: Boots): Promise<Finding> {
  const after = await boots(lab, names);
  return {
    what: "each board that needed it was rebooted",
    holds: same(before, after).length === 0,
    seen: text(after),
  };
}

/** All boards take pods, and no node says any more that a reboot is due. */
async function inService(lab: Lab): Promise<Finding[]> {
  const nothing = (seen: string) => !/ \d{4}-/.test(seen);
  const told = await until(4 * minute, () => rebootsDue(lab), nothing);
  const cordoned = await kubectl(lab.first, "get nodes -o 'jsonpath={.items[*].spec.unschedulable}'");
  return [
    { what: "no node says that a reboot is due", ...told },
    { what: "every board takes pods", holds: cordoned.trim() === "", seen: cordoned },
    ...(await healthy(lab)),
  ];
}
