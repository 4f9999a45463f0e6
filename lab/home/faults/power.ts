// Boards without power, and cards without room.
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectl, until, type Finding } from "../../checks.ts";
import type { Lab } from "../../cluster.ts";
import { healthy, type Say } from "../../faults/fault.ts";
import { browse, inShort } from "../browse.ts";
import { pageIsBack } from "../checks/entrance.ts";
import { datagramArrived, datagramsArrive, newTemperature, send } from "../checks/sensors.ts";
import { aroundOf, hostOf, measured } from "../home.ts";

/** The entrance's board loses its power for some minutes. Readings by UDP do not need it. */
export async function entranceDies(lab: Lab, say: Say): Promise<Finding[]> {
  const board = lab.boardOf("ingress");
  await board.ssh("sync");
  await board.powerOff();
  say("the entrance is off");
  const url = `https://${hostOf(lab, "sensors")}/`;
  const closed = await browse(aroundOf(lab).stranger, url);
  const temperature = newTemperature();
  await send(lab, aroundOf(lab).laptop, `bedroom.temperature:${temperature}|g\nbedroom.humidity:60.0|g`);
  const taken = await datagramArrived(lab, temperature);
  const rest = () => kubectl(lab.first, "get nodes --no-headers");
  const away = await until(180, rest, (seen) => (seen.match(/ NotReady/g) ?? []).length === 1);
  const begin = performance.now();
  await board.powerOn();
  say("the entrance is on again");
  const back = await pageIsBack(lab, begin);
  return [
    measured("the home is closed meanwhile", closed.status === 0, inShort(closed)),
    { ...taken, what: `meanwhile, ${taken.what}` },
    { what: "the other boards stay ready", ...away },
    back,
    ...(await healthy(lab)),
    ...(await datagramsArrive(lab)),
  ];
}

/** The card of each board is filled in turn, and has free space again. */
export async function fillCards(lab: Lab, say: Say): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, board] of lab.boards) {
    const described = () => kubectl(lab.first, `describe node ${name}`);
    await board.ssh("sudo fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - 20000000)) /full");
    say(`the card of ${name} is full`);
    const told = await until(300, described, (seen) => /DiskPressure +True/.test(seen));
    await board.ssh("sudo rm /full");
    findings.push({ what: `the kubelet of ${name} reports it`, ...told });
  }
  for (const name of lab.boards.keys()) {
    const described = () => kubectl(lab.first, `describe node ${name}`);
    const eased = await until(480, described, (seen) => /DiskPressure +False/.test(seen));
    findings.push({ what: `${name} has free space again`, ...eased });
  }
  return [...findings, ...(await healthy(lab)), await pageIsBack(lab, performance.now())];
}

/** Cuts of a power line, and the longest time between two of them in seconds. */
const cuts = { count: 5, longest: 90 };

/** All boards lose their power at once, five times, at moments that nobody has chosen. */
export async function cutAllPower(lab: Lab, say: Say): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let cut = 1; cut <= cuts.count; cut++) {
    const after = randomInt(cuts.longest);
    await sleep(after * 1000);
    const boards = [...lab.boards.values()];
    await Promise.all(boards.map((board) => board.powerOff()));
    say(`cut ${cut}: all boards are off, ${after} s after the last`);
    const begin = performance.now();
    await Promise.all(boards.map((board) => board.powerOn()));
    findings.push(...(await healthy(lab)), await pageIsBack(lab, begin));
    if (findings.some(({ holds }) => !holds)) break;
  }
  return findings;
}
