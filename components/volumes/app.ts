import { app, type AppError, type AppPart, type DataStorage } from "../app/app.ts";
import { dataDirectoryOn } from "../app/volumes.ts";
import { schema, type StorageSection } from "./settings.ts";
import { OfferedVolumes, type OfferedVolume } from "./volumes.ts";

/** Where data lies, and the volumes for what others deploy. */
export const volumes = app({
  schema,
  page: "storage.md",
  example: { board: "pi3-1", volumes: [{ name: "blog", size: "8Gi" }] },
  needs: [],
  takeover: ", and restore the data there",
  boards: ({ board, volumes }) => [
    { setting: "board", board },
    ...volumes.map((volume, i) => ({ setting: `volumes[${i}].board`, board: volume.board })),
  ],
  errors: volumeErrors,
  // For whoever comes, and not backed up: that is with those who deploy what writes there.
  directories: (own, storage) =>
    offered(own, storage).map(([, volume]) => ({ ...volume, isReplaceable: true })),
  parts(own, { storage }): AppPart[] {
    if (own.volumes.length === 0) return [];
    const args = { volumes: Object.fromEntries(offered(own, storage)), isDefault: own.defaultClass };
    return [
      {
        name: "volumes",
        stage: "app",
        register: (name, { opts }) => ({ resource: new OfferedVolumes(name, args, opts) }),
      },
    ];
  },
});

/** The volumes by name; not those whose board is missing, which is an error of its own. */
function offered(own: StorageSection, storage: DataStorage): [string, OfferedVolume][] {
  return own.volumes.flatMap(({ name, board = own.board, size, claim }) => {
    if (board === undefined) return [];
    const [namespace = "", claimed = ""] = claim?.split("/") ?? [];
    const path = `${dataDirectoryOn(board, storage)}/volumes/${name}`;
    const wanted = claim === undefined ? undefined : { namespace, name: claimed };
    return [[name, { claim: `${name}-volume`, board, path, size, for: wanted }]];
  });
}

function* volumeErrors({ board, volumes, defaultClass }: StorageSection): Iterable<AppError> {
  if (defaultClass && volumes.length === 0) {
    const message = "has no effect without storage.volumes. Add volumes, or remove it.";
    yield { setting: "defaultClass", code: "class-without-volumes", message };
  }
  for (const [i, { name, claim, ...volume }] of volumes.entries()) {
    const setting = `volumes[${i}]`;
    const before = volumes.slice(0, i);
    if (before.some((other) => other.name === name)) {
      const message = `"${name}" is already the name of another volume; use another name.`;
      yield { setting: `${setting}.name`, code: "volume-name-taken", message };
    }
    const first = claim === undefined ? undefined : before.find((other) => other.claim === claim);
    if (first) {
      const message = `"${claim}" already has the volume ${first.name}, and a claim gets one. Remove it here or there.`;
      yield { setting: `${setting}.claim`, code: "volume-claim-taken", message };
    }
    if (volume.board === undefined && board === undefined) {
      const message = "is missing. Set the board for the volume, or storage.board.";
      yield { setting: `${setting}.board`, code: "volume-without-board", message };
    }
  }
}
