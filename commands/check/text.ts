import { styleText } from "node:util";
import type { BoardFailure, UpgradeStep } from "../../components/capacity/boardFailure.ts";
import type { BoardBudget } from "../../components/capacity/memoryBudget.ts";
import { othersText } from "../../components/capacity/othersText.ts";
import { shortageText } from "../../components/capacity/shortage.ts";
import type { UnsetSetting } from "../../settings/unset.ts";
import { violationText } from "../../policy/judge.ts";
import { type Findings, isFine } from "./check.ts";

/** Boards of which a line each is shown; of more, those with the least free memory. */
const mostBoards = 16;

/** What a check found, for a terminal. */
export function findingsText(stack: string, findings: Findings): string {
  const { warnings, budget, failures, policies, unset, isClusterUnknown, apps, reboots } = findings;
  const broken = policies.filter(({ violations }) => violations.length > 0);
  const pods = budget.boards.flatMap(({ held }) => held);
  const others = pods.filter(({ other }) => other !== undefined).length;
  const complaints = broken.flatMap(({ name, level, violations }) =>
    violations.map((each) => `  ${level}: ${violationText(name, each)}`),
  );
  const lines = [
    `${mark(true)} settings of ${stack}`,
    ...warnings.map(({ path, message }) => `  ${styleText("yellow", "warning:")} ${path}: ${message}`),
    `${mark(true)} memory budget: ${pods.length} pods fit on ${budget.boards.length} boards${others > 0 ? `, ${others} of them not bramble's` : ""}`,
    ...boardLines(budget.boards, failures),
    ...appLines(budget.boards, apps),
    ...rebootLines(reboots),
    ...(isClusterUnknown
      ? [
          `    not counted: pods that are not bramble's. npx pulumi preview -s ${stack} asks the cluster for them`,
        ]
      : []),
    `${mark(isFine(findings))} policies: ${policies.length - broken.length} of ${policies.length} passed`,
    ...complaints,
    ...(budget.uncertain.length > 0
      ? [
          `  ${budget.uncertain.join(", ")}: fits here, but might not if the scheduler places other pods differently`,
        ]
      : []),
    ...unsetLines(stack, unset),
  ];
  return lines.join("\n");
}

/** What is still to be set, each with the command for it. */
function unsetLines(stack: string, unset: readonly UnsetSetting[]): string[] {
  if (unset.length === 0) return [];
  const helpers = [
    ...(unset.some(({ secret }) => secret)
      ? [`all secrets, one by one: npm run check -- ${stack} --set-secrets`]
      : []),
    ...(unset.some(({ secret }) => !secret)
      ? [`boards that are running already: npm run card -- ${stack} --scan`]
      : []),
  ];
  return [
    `${styleText("yellow", "!")} still to be set: ${unset.length}`,
    ...unset.map(({ path, command }) => `    ${path}: ${command}`),
    ...helpers.map((line) => `  ${line}`),
  ];
}

function boardLines(boards: readonly BoardBudget[], failures: readonly BoardFailure[]): string[] {
  const width = Math.max(...boards.map(({ board }) => board.name.length));
  const shown =
    boards.length > mostBoards ? boards.toSorted((a, b) => a.left - b.left).slice(0, mostBoards) : boards;
  const lines = shown.map(({ board, left, held }) => {
    const failure = failures.find(({ board: name }) => name === board.name);
    const free = `${left}Mi of ${board.memory.allocatable}Mi left`.padStart(22);
    const others = othersText(held);
    return [
      `    ${board.name.padEnd(width)} ${free}`,
      ...(others === "" ? [] : [others]),
      `if it fails: ${failure ? failureText(failure) : ""}`,
    ].join("; ");
  });
  const rest = boards.length - shown.length;
  return rest > 0 ? [...lines, `    and ${rest} boards with more free memory`] : lines;
}

/** Where the user's own apps fit. */
function appLines(boards: readonly BoardBudget[], apps: readonly string[]): string[] {
  return apps.flatMap((app) => {
    const place = boards.flatMap(({ board, held, left }) =>
      held.filter(({ name }) => name === app).map(({ memory }) => ({ board: board.name, memory, left })),
    );
    return place.map(
      ({ board, memory, left }) => `    ${app} fits on ${board}: ${memory}Mi, and ${left}Mi are left there`,
    );
  });
}

/** What happens when boards are rebooted one after the other. */
function rebootLines(steps: readonly UpgradeStep[]): string[] {
  if (steps.length === 0) return [];
  const turns = steps.map(({ board, tied, pending }) => {
    const waits = tied.length > 0 ? [`${tied.join(", ")} ${tied.length === 1 ? "waits" : "wait"}`] : [];
    const what = [...waits, ...pending.map(shortageText)].join("; ");
    return what === "" ? board : `${board} (${what})`;
  });
  return [`    reboots, if they are due: ${turns.join(", then ")}`];
}

/** What happens when a board is gone, in half a sentence. */
export function failureText({ hasControlPlane, moves, pending, tied }: BoardFailure): string {
  if (!hasControlPlane) return "no API until it is back; running pods keep running";
  const parts = [
    ...(tied.length > 0 ? [`${tied.join(", ")} ${tied.length === 1 ? "waits" : "wait"} for it`] : []),
    ...(moves.length > 0 ? [moves.map(({ name, to }) => `${name} to ${to}`).join(", ")] : []),
    ...pending.map(shortageText),
  ];
  return parts.length > 0 ? parts.join("; ") : "no impact";
}

function mark(good: boolean): string {
  return good ? styleText("green", "✓") : styleText("red", "✗");
}
