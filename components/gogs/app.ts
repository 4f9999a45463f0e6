import { app } from "../app/app.ts";
import { type AppStorage, dataDirectoryOn } from "../app/volumes.ts";
import { Gogs, type GogsArgs } from "./gogs.ts";
import { gogsApp, gogsNamespace, gogsUser } from "./gogsBackup.ts";
import { gogsBackup, gogsDirectory, gogsWorkload } from "./gogsWorkload.ts";
import { schema } from "./settings.ts";

/** Gogs, the Git service. */
export const gogs = app({
  schema,
  page: "gogs.md",
  example: {},
  needs: ["ingress", "storage"],
  takeover: ", and restore the data there",
  publish: ({ host, sshPort }) => [
    {
      ...{ setting: "host", host, namespace: gogsNamespace },
      tcp: { setting: "sshPort", port: sshPort, backend: `${gogsApp}.${gogsNamespace}.svc:22` },
    },
  ],
  *errors({ volume, board }, { storage }) {
    if (storage && volume === "nfs" && !storage.nfs) {
      const message = '"nfs" needs storage.nfs with server and path. Set it, or choose board.';
      yield { setting: "volume", code: "volume-without-nfs", message };
    }
    if (storage && volume !== "nfs" && board === undefined && storage.board === undefined) {
      const message = "is missing. Set the board for the data of gogs, or storage.board.";
      yield { setting: "board", code: "volume-without-board", message };
    }
  },
  directories({ volume, board }, storage) {
    const holder = board ?? storage.board;
    if (volume === "nfs" || holder === undefined) return [];
    const where = { board: holder, directory: dataDirectoryOn(holder, storage) };
    const directory = gogsDirectory({ storage: where });
    return "path" in directory ? [{ ...directory, owner: gogsUser }] : [];
  },
  parts(own, { domain, storage, tls, plan, isolation }) {
    const board = own.board ?? storage.board ?? "";
    const onBoard = { board, directory: dataDirectoryOn(board, storage) };
    const where: AppStorage = own.volume === "nfs" && storage.nfs ? { nfs: storage.nfs } : onBoard;
    const args: GogsArgs = {
      ...own,
      host: `${own.host}.${domain}`,
      storage: where,
      tls,
      isolation,
      ...(plan && { backup: plan }),
    };
    return [
      {
        name: "gogs",
        stage: "app",
        loads: [gogsWorkload(args)],
        backup: gogsBackup(args),
        register(name, { opts, backupSecrets }) {
          const resource = new Gogs(name, { ...args, backupSecrets }, opts);
          const { url: gogsUrl, adminPassword: gogsAdminPassword } = resource;
          return { resource, outputs: { gogsUrl, gogsAdminPassword } };
        },
      },
    ];
  },
});
