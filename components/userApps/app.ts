import { app, type AppPart } from "../app/app.ts";
import { dataBoard, userAppBackup, userAppData } from "./data.ts";
import { userAppErrors } from "./errors.ts";
import { reachedBy } from "./flows.ts";
import { hostOf } from "./route.ts";
import { schema } from "./settings.ts";
import { UserApp, type UserAppArgs } from "./userApp.ts";
import { userAppWorkload } from "./workload.ts";

/** The user's own apps: one section with all of them. */
export const userApps = app({
  schema,
  page: "apps.md",
  example: {},
  needs: [],
  reads: ["ingress"],
  publish: (own) =>
    Object.entries(own).flatMap(([name, each]) => {
      const host = hostOf(name, each);
      return host === undefined ? [] : [{ setting: `${name}.host`, owner: name, host, namespace: name }];
    }),
  ports: (own, storage) =>
    Object.entries(own).flatMap(([name, each]) => {
      const board = each.board ?? dataBoard(each, storage);
      return each.boardPorts.map(({ port, protocol }, i) => ({
        ...{ port, protocol, board, owner: name, setting: `${name}.boardPorts[${i}].port` },
      }));
    }),
  boards: (own) =>
    Object.entries(own).flatMap(([name, { board, storage }]) => [
      { setting: `${name}.board`, board },
      { setting: `${name}.storage.board`, board: storage.board },
    ]),
  errors: userAppErrors,
  directories: (own, storage) =>
    Object.entries(own).flatMap(([name, each]) => {
      const data = userAppData(name, each, storage);
      const { user, group = user, backup } = each;
      return data && "path" in data ? [{ ...data, owner: group, isReplaceable: !backup.enabled }] : [];
    }),
  parts: (own, { domain, storage, tls, plan, isolation }) =>
    Object.entries(own).map(([name, each]): AppPart => {
      const data = userAppData(name, each, storage);
      const backup = userAppBackup(name, each, data, plan);
      const host = hostOf(name, each);
      const args: UserAppArgs = {
        ...{ name, app: each, data, tls, isolation },
        reachedBy: isolation && reachedBy(name, own),
        backup: backup?.plan,
        host: host === undefined ? undefined : `${host}.${domain}`,
      };
      return {
        name,
        stage: "app",
        loads: [userAppWorkload(args)],
        backup,
        register(resourceName, { opts, backupSecrets }) {
          const resource = new UserApp(resourceName, { ...args, backupSecrets }, opts);
          const { url, generated } = resource;
          const shown = each.generatedEnvironment.length > 0 && { generated };
          return { resource, userApp: { [name]: { ...(url && { url }), ...shown } } };
        },
      };
    }),
});
