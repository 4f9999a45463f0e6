import { settingError } from "./errors.ts";
import { type Rule, rule } from "./rule.ts";

const volumeIsThere = rule(["storage", "gogs"], function* ({ storage, gogs }) {
  if (!gogs || !storage) return;
  if (gogs.volume === "nfs" && !storage.nfs) {
    const message = '"nfs" needs storage.nfs with server and path; set it, or choose board.';
    yield settingError("volume-without-nfs", "gogs.volume", message);
  }
  if (gogs.volume === "board" && gogs.board === undefined && storage.board === undefined) {
    const message = "is missing. Set the board for the data of gogs, or gogs.board.";
    yield settingError("volume-without-board", "storage.board", message);
  }
});

/** Backups go to one place. */
const oneTarget = rule(["backup"], function* ({ backup }) {
  if (!backup) return;
  const { board, nfs, s3, accessKey, secretKey } = backup;
  const targets = Object.entries({ board, nfs, s3 }).flatMap(([key, value]) => (value ? [key] : []));
  if (targets.length !== 1) {
    const given = targets.length === 0 ? "no target is set" : `${targets.join(" and ")} are set`;
    yield settingError("backup-target", "backup", `${given}; set one of board, nfs and s3.`);
    return;
  }
  for (const [key, value] of s3 ? Object.entries({ accessKey, secretKey }) : []) {
    if (value === undefined) {
      yield settingError("backup-key-missing", `backup.${key}`, "is missing; backup.s3 needs it.");
    }
  }
});

/** Backups do not fail together with the data. */
const besideData = rule(["backup", "storage", "gogs"], function* ({ backup, storage, gogs }) {
  const holder = gogs?.volume === "nfs" ? undefined : (gogs?.board ?? storage?.board);
  if (backup?.board !== undefined && backup.board === holder && !backup.nfs && !backup.s3) {
    const message = `"${holder}" also stores the data: one broken disk would destroy both.`;
    yield settingError("backup-beside-data", "backup.board", message);
  }
});

/** Else the newest would go as soon as it is made. */
const keepsSome = rule(["backup"], function* ({ backup }) {
  if (backup && Object.values(backup.keep).every((count) => count === 0)) {
    yield settingError(
      "backup-keeps-none",
      "backup.keep",
      "keeps no backups: daily, weekly and monthly are all 0. Set one of them to 1 or more.",
    );
  }
});

/** Rules about data and its backups. */
export const storageRules: readonly Rule[] = [volumeIsThere, oneTarget, besideData, keepsSome];
