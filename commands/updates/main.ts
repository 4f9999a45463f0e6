import { parseArgs } from "node:util";
import { hasStackFile } from "../../settings/stackFile.ts";
import { findTools } from "../../tools/obtain.ts";
import { runCommand } from "../run.ts";
import { networkAnswers, recordedAnswers, recording } from "./answers.ts";
import { datesAfter, datesFile, readDates, write } from "./apply.ts";
import { changesOf, isWritten, patchOf } from "./change.ts";
import { type Finding, findUpdates } from "./find.ts";
import { pinsOf, repository } from "./pins.ts";
import { findingsText } from "./text.ts";
import { tryOut } from "./tryOut.ts";
import { verdictText } from "./verdict.ts";

const usage = `npm run updates -- home                   what is newer than bramble and stacks/Pulumi.home.yaml pin, and whether it fits
npm run updates -- home traefik restic    only of these
npm run updates -- home --apply           also write it, if nothing forbids it
npm run updates -- home --record FILE     also write down what was answered
npm run updates -- home --answers FILE    ask nobody, and take these answers`;

const options = {
  apply: { type: "boolean", default: false },
  record: { type: "string" },
  answers: { type: "string" },
} as const;

/** What the command works with. */
export interface Place {
  /** The repository in which it looks and writes. Default: its own. */
  readonly folder?: string;
  /** Looks for the rehearsal's tools, and throws if one is missing. Default: on this machine. */
  readonly findTools?: () => Promise<unknown>;
}

/**
 * The command line of the updates.
 *
 * @param args what stands behind `npm run updates --`
 * @returns the exit code: 0 also where nobody answered, 1 if updates are refused, 2 on wrong arguments
 */
export async function main(args: readonly string[], signal: AbortSignal, place: Place = {}): Promise<number> {
  const trying = { folder: repository, findTools, signal, ...place };
  const { folder } = trying;
  const wanted = parsed(args, folder);
  if (typeof wanted === "string") {
    console.error(`${wanted}\n\n${usage}`);
    return 2;
  }
  const { stack, pins, apply, record, answers } = wanted;
  const { ask: source, day } =
    answers === undefined
      ? {
          ask: networkAnswers({ githubToken: process.env.GITHUB_TOKEN }),
          day: new Date().toISOString().slice(0, 10),
        }
      : await recordedAnswers(answers);
  const { ask, write: writeRecord } = recording(source);
  const findings = await findUpdates(pins, ask);
  if (record !== undefined) await writeRecord(record, day);
  console.log(findingsText(findings));
  const changes = changesOf(findings, folder);
  if (changes.size === 0) {
    if (apply) await writeDates(findings, day, folder);
    return 0;
  }
  console.log(`\n${patchOf(changes, folder)}\n`);
  const tried = await tryOut(stack, changes, trying);
  for (const finding of findings.filter(isWritten)) console.log(verdictText(finding, tried));
  console.log(tried.rehearsal);
  if (!tried.isFine) {
    console.log(["", "Nothing is written:", ...tried.errors.map((error) => `  ${error}`)].join("\n"));
    console.log(`Those that fit alone: npm run updates -- ${stack} NAME … --apply`);
    return 1;
  }
  if (apply) {
    await write(changes, folder);
    await writeDates(findings, day, folder);
    console.log(
      `\nWritten: ${[...changes.keys(), datesFile].join(", ")}.\nNext: npx pulumi preview -s ${stack}`,
    );
  } else {
    console.log(`\nTo write this, run: npm run updates -- ${stack} --apply`);
  }
  return 0;
}

function parsed(args: readonly string[], folder: string) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [stack, ...names] = positionals;
    if (stack === undefined) return "which stack?";
    if (!/^[\w.-]+$/.test(stack) || !hasStackFile(stack)) return `there is no stacks/Pulumi.${stack}.yaml`;
    const all = pinsOf(stack, folder);
    const unknown = names.find((name) => all.every((pin) => pin.name !== name));
    if (unknown !== undefined) return `nothing is pinned that is called "${unknown}"`;
    const pins = all.filter(({ name }) => names.length === 0 || names.includes(name));
    return { stack, pins, ...values };
  } catch (error) {
    return (error as Error).message;
  }
}

async function writeDates(findings: readonly Finding[], day: string, folder: string): Promise<void> {
  const dates = datesAfter(readDates(folder), findings, day);
  await write(new Map([[datesFile, `${JSON.stringify(dates, null, 2)}\n`]]), folder);
}

if (import.meta.main) await runCommand(main);
