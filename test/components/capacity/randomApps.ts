import * as fc from "fast-check";
import type { PlannedBoard } from "../../../components/board/board.ts";
import { dataBoard, userAppData } from "../../../components/userApps/data.ts";
import { schema, type UserAppSettings } from "../../../components/userApps/settings.ts";
import { userAppWorkload } from "../../../components/userApps/workload.ts";
import type { Workload } from "../../../components/workload/workload.ts";

/** Apps of the user's, by random settings: with and without data, tied to a board or not, large and small. */
export function someUserApps(boards: readonly PlannedBoard[], most: number): fc.Arbitrary<Workload[]> {
  const names = boards.map(({ name }) => name);
  const one = fc.record({
    units: fc.integer({ min: 1, max: 12 }),
    cpu: fc.constantFrom("10m", "50m", "0.5"),
    board: fc.option(fc.constantFrom(...names), { freq: 2, nil: undefined }),
    hasData: fc.boolean(),
    boardPort: fc.option(fc.constantFrom(53, 1883), { freq: 2, nil: undefined }),
    architecture: fc.constantFrom(undefined, undefined, "arm64" as const, "amd64" as const),
    priority: fc.constantFrom("app" as const, "observing" as const),
  });
  return fc.array(one, { maxLength: most }).map((chosen) =>
    chosen.map(({ units, hasData, boardPort, board, ...rest }, i) => {
      const name = `own-${i}`;
      const parsed = schema.parse({
        [name]: {
          ...rest,
          image: "ghcr.io/example/wiki:1.2.3",
          memory: { request: `${16 * units}Mi`, limit: `${32 * units}Mi` },
          port: 8080,
          ...(board !== undefined && { board, storage: { board } }),
          ...(hasData && { volumes: { data: "/data" } }),
          ...(boardPort !== undefined && { boardPorts: [{ port: boardPort, protocol: "TCP" }] }),
        },
      });
      return workloadOf(name, parsed[name]!, names[0]!);
    }),
  );
}

/** Its pods, without volumes: of them the scheduler asks only where they are, which the node selector says. */
function workloadOf(name: string, app: UserAppSettings, board: string): Workload {
  const places = { board, disks: [] };
  const { kind, pod, ...rest } = userAppWorkload({ name, app, data: userAppData(name, app, places) });
  if (kind === "CronJob") throw new Error(`${name} has a schedule`);
  const holder = dataBoard(app, places);
  if (holder !== undefined && pod.nodeSelector?.["kubernetes.io/hostname"] !== holder) {
    throw new Error(`${name} is not tied to the board with its data`);
  }
  const containers = pod.containers.map((each) => ({ ...each, volumeMounts: [] }));
  return { ...rest, namespace: "default", kind, pod: { ...pod, volumes: [], containers } };
}
