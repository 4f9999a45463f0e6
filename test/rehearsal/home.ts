import type { CoreV1Api } from "@kubernetes/client-node";
import { expect } from "vitest";
import { planBoards } from "../../components/board/board.ts";
import { requireFit } from "../../components/capacity/memoryBudget.ts";
import { left, type Outcome } from "../../rehearsal/report/outcome.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { settingsOfFile } from "../../settings/settings.ts";
import { appsByBoard } from "./temporaryRehearsal.ts";

/** What must hold of home on the rehearsal's API server, however it was deployed. */
export async function expectHome(outcome: Outcome, api: CoreV1Api): Promise<void> {
  const settings = settingsOfFile("rehearsal").settings;
  const boards = planBoards(settings.boards);
  const budget = requireFit(boards, loadsOf(partsOf(settings, "rehearsal", boards), boards));

  expect(outcome.pending).toEqual([]);
  const apps = appsByBoard(outcome);
  for (const [board, names] of Object.entries(apps)) {
    expect(names, board).toEqual(
      expect.arrayContaining([
        "kube-proxy",
        "kube-flannel-ds",
        ...(settings.datadog ? ["datadog-agent"] : []),
      ]),
    );
  }
  const { ingress, gogs, storage, backup } = settings;
  if (ingress) expect(apps[ingress.board]).toContain("traefik");
  if (gogs && backup && storage?.board)
    expect(apps[storage.board]).toEqual(expect.arrayContaining(["gogs", "gogs-backup-rehearsed"]));
  if (backup?.board)
    expect(apps[backup.board]).toEqual(expect.arrayContaining(["backup-server", "restore-test-rehearsed"]));
  for (const board of outcome.boards) expect(left(board)).toBeGreaterThanOrEqual(0);

  // What the budget promised is what the scheduler sees: the same pods with the same requests.
  const promised = budget.boards.flatMap(({ held }) => held.map(({ memory }) => memory));
  const placed = outcome.boards.flatMap(({ pods }) => pods.map(({ memory }) => memory));
  expect(placed.sort()).toEqual(promised.sort());

  await expectNoPlainSecrets(api, settings.gogs !== undefined);
  await expectNodes(api, outcome);
}

/** Secrets are in Secrets: the rehearsal's made-up ones are nowhere else. */
async function expectNoPlainSecrets(api: CoreV1Api, hasGogs: boolean): Promise<void> {
  const secrets = (await api.listSecretForAllNamespaces()).items;
  const values = secrets
    .flatMap(({ data = {} }) => Object.values(data))
    .map((value) => Buffer.from(value, "base64").toString());
  const opaque = values.filter((value) => /^[0-9A-Za-z_-]{24,80}$/.test(value));
  if (hasGogs) expect(opaque.length).toBeGreaterThanOrEqual(3);
  const { items: pods } = await api.listPodForAllNamespaces();
  const { items: configMaps } = await api.listConfigMapForAllNamespaces();
  const open = JSON.stringify([pods, configMaps]);
  for (const value of opaque) expect(open).not.toContain(value);
}

async function expectNodes(api: CoreV1Api, { boards }: Outcome): Promise<void> {
  const { items: nodes } = await api.listNode();
  expect(nodes.map(({ metadata, status }) => [metadata?.name, status?.allocatable?.memory]).sort()).toEqual(
    boards.map(({ board }) => [board.name, `${board.memory.allocatable}Mi`]).sort(),
  );
  for (const { metadata } of nodes) expect(metadata?.labels?.["kubernetes.io/arch"]).toBe("arm64");
}
