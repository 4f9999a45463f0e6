import type { ProviderResource, Resource } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import type { AppPart, Registration, Stage } from "../../../components/app/app.ts";
import { deployApps } from "../../../components/app/deployApps.ts";
import type { BackedUp } from "../../../components/app/backupWorkload.ts";

it("gives an app what opens its own repository, and nothing of the others", () => {
  const given: Record<string, Registration["backupSecrets"]> = {};
  const partOf = (name: string, stage: Stage, isBackedUp = true): AppPart => ({
    name,
    stage,
    ...(isBackedUp && { backup: { source: { app: name } } as BackedUp }),
    register(_, { backupSecrets }) {
      given[name] = backupSecrets;
      const opening = { wiki: { password: "w", access: {} }, notes: { password: "n", access: {} } };
      return { resource: {} as Resource, ...(stage === "backupStore" && { backupSecrets: opening }) };
    },
  });
  const parts = [
    partOf("store", "backupStore", false),
    partOf("wiki", "app"),
    partOf("notes", "app"),
    partOf("site", "app", false),
  ];
  deployApps(parts, { provider: {} as ProviderResource, boards: [], cluster: [] });
  expect(given).toEqual({
    store: undefined,
    wiki: { wiki: { password: "w", access: {} } },
    notes: { notes: { password: "n", access: {} } },
    site: undefined,
  });
});
