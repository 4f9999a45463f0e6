import { afterAll, expect, it } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { boardFailures } from "../../components/cluster/boardFailure.ts";
import type { Outcome } from "../../rehearsal/report/outcome.ts";
import { appsOf, workloadsOf } from "../../stacks/apps.ts";
import { settingsOfRehearsal } from "../../stacks/settings.ts";
import { expectHome } from "./home.ts";
import { TemporaryRehearsal } from "./temporaryRehearsal.ts";

const rehearsal = new TemporaryRehearsal("direct");
afterAll(() => rehearsal.end(), 120_000);

it(
  "the same program is deployed without an engine, and each board fails once",
  { timeout: 300_000 },
  async () => {
    const outcome = await rehearsal.run({ missing: "a test" }, "each");
    expect(outcome.deployedBy).toBe("the Pulumi SDK alone (a test)");
    await expectHome(outcome, rehearsal.api);
    await expectFailures(outcome);
    expect(await rehearsal.end()).toEqual([]);
  },
);

/** What the scheduler did with each board gone is what was calculated, and afterwards everything is as before. */
async function expectFailures({ failures, boards, policies }: Outcome): Promise<void> {
  const settings = settingsOfRehearsal("rehearsal");
  const planned = planBoards(settings.boards);
  const workloads = workloadsOf(appsOf(settings, "rehearsal"), planned);
  // A run of a CronJob takes its room, but one that goes with its board is not made up for.
  const scheduled = new Set(workloads.flatMap(({ kind, name }) => (kind === "CronJob" ? [name] : [])));
  const expected = boardFailures(planned, workloads).map(({ tied, moves, pending, ...rest }) => ({
    ...rest,
    tied: tied.filter((name) => !scheduled.has(name)),
    moves: moves.filter(({ name }) => !scheduled.has(name)),
    pending: pending.filter(({ name }) => !scheduled.has(name)),
  }));
  expect(failures.map(({ board }) => board)).toEqual(planned.map(({ name }) => name));
  for (const [i, { isRehearsed, hasControlPlane, tied, moves, pending }] of failures.entries()) {
    expect(isRehearsed).toBe(true);
    expect(hasControlPlane).toBe(expected[i]?.hasControlPlane);
    // Which of several boards takes a pod is the scheduler's affair, and so is which of two finds no room.
    expect(tied).toEqual(expected[i]?.tied);
    expect(moves.length + pending.length).toBe(
      (expected[i]?.moves.length ?? 0) + (expected[i]?.pending.length ?? 0),
    );
    for (const { to } of moves) expect(to).not.toBe(failures[i]?.board);
  }
  const { items } = await rehearsal.api.listPodForAllNamespaces();
  const now = items.flatMap(({ metadata, spec, status }) =>
    status?.phase === "Running" && !scheduled.has(metadata?.labels?.["app.kubernetes.io/name"] ?? "")
      ? [spec?.nodeName ?? ""]
      : [],
  );
  const before = boards.flatMap(({ board, pods }) =>
    pods.filter(({ name }) => ![...scheduled].some((job) => name.startsWith(job))).map(() => board.name),
  );
  expect(now.sort()).toEqual(before.sort());
  expect(
    policies.filter(({ level }) => level === "mandatory").flatMap(({ violations }) => violations),
  ).toEqual([]);
}
