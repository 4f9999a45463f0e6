import { afterAll, expect, it } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { boardFailures } from "../../components/capacity/boardFailure.ts";
import { pinnedTo } from "../../components/capacity/placement.ts";
import type { Outcome } from "../../rehearsal/report/outcome.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import { expectHome } from "./home.ts";
import { appsByBoard, TemporaryRehearsal } from "./temporaryRehearsal.ts";

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
  const settings = settingsOfFile("rehearsal").settings;
  const planned = planBoards(settings.boards);
  const workloads = loadsOf(partsOf(settings, "rehearsal", planned), planned);
  // A run of a CronJob takes its room, but one that goes with its board is not made up for.
  const scheduled = new Set(workloads.flatMap(({ kind, name }) => (kind === "CronJob" ? [name] : [])));
  const expected = boardFailures(planned, workloads);
  const movable = workloads.filter(({ kind, pod }) => kind === "Deployment" && !pinnedTo(pod));
  const apps = appsByBoard({ boards });
  expect(failures.map(({ board }) => board)).toEqual(planned.map(({ name }) => name));
  for (const [i, { board, isRehearsed, hasControlPlane, tied, moves, pending }] of failures.entries()) {
    expect(isRehearsed).toBe(true);
    expect(hasControlPlane).toBe(expected[i]?.hasControlPlane);
    expect(tied).toEqual(expected[i]?.tied.filter((name) => !scheduled.has(name)));
    for (const { to } of moves) expect(to).not.toBe(board);
    // Which of several boards has a pod is the scheduler's affair; what was on this one moves or waits.
    const here = hasControlPlane ? movable.filter(({ name }) => apps[board]?.includes(name)) : [];
    const waiting = pending.map(({ name }) => name);
    const left = moves.filter(({ from }) => from === board).map(({ name }) => name);
    expect([...left, ...waiting], board).toEqual(expect.arrayContaining(here.map(({ name }) => name)));
    expect(movable.map(({ name }) => name)).toEqual(expect.arrayContaining([...left, ...waiting]));
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
