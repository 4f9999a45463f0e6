import { expect, it } from "vitest";
import { type BoardDescription, planBoards } from "../../../components/board/board.ts";
import { requireFit } from "../../../components/capacity/memoryBudget.ts";
import { loadsOf, partsOf } from "../../../settings/apps.ts";
import { settingsOfFile } from "../../../settings/settings.ts";

/** The cluster of 2018 with today's apps: four Raspberry Pi 3, of which one was the control plane. */
function fit(controlPlane: BoardDescription["model"]): string {
  const { settings } = settingsOfFile("home");
  const [first, ...others] = settings.boards;
  const boards = planBoards([{ ...first!, model: controlPlane }, ...others]);
  try {
    requireFit(boards, loadsOf(partsOf(settings, "home", boards), boards));
    return "fits";
  } catch (error) {
    return (error as Error).message.replace(/\s+/g, " ");
  }
}

it("refuses the control plane with 1 GB, and says why and what helps", () => {
  const refused = fit("rpi-3b");
  expect(refused).toMatch(/(etcd|kube-(apiserver|controller-manager|scheduler))-pi4-1 needs \d+Mi/);
  expect(refused).toContain("pi4-1 is too small for a control plane: with 1024 MiB of RAM");
  expect(refused).toContain("A lower eviction threshold frees no memory");
  expect(refused).toContain("Use a board with 2 GB");
});

it("lets it pass with 2 GB", () => {
  expect(fit("rpi-4b-2gb")).toBe("fits");
});
