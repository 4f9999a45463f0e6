import { z } from "zod";
import { diskDirectories } from "../board/disk.ts";
import { defaultBackups } from "../app/backupTarget.ts";
import { fiveFields, scheduleError } from "../app/schedule.ts";
import { podHost, urlHostError } from "../fields/hosts.ts";
import { absolutePath, label, nfsDirectory, secretString } from "../fields/fields.ts";
import { refusing } from "../fields/refuse.ts";

/** Where backups lie on a board unless the settings say otherwise. */
export const backupDirectory = "/var/lib/bramble-backups";

const schedule = (form: string, says: string) =>
  z
    .string(says)
    .regex(new RegExp(`^(${form})$`), { error: says, abort: true })
    .superRefine(refusing((text) => (text === "never" ? undefined : scheduleError(text))));

const count = (unit: string, standard: number) =>
  z
    .int("must be a whole number")
    .min(0, "must be 0 or more")
    .max(1000, "must be 1000 at most")
    .default(standard)
    .describe(`For how many ${unit} the last backup is kept.`);

const s3 = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/, error: "must be the url of an S3-compatible service" })
      .superRefine(refusing((url) => urlHostError(url, podHost)))
      .describe("The service's url, such as `https://s3.eu-central-1.amazonaws.com`."),
    bucket: z
      .string("must be the name of a bucket")
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of a bucket")
      .describe("The bucket; it must exist."),
    prefix: z
      .string("must be a folder")
      .regex(/^[\w-]+(\/[\w-]+)*$/, "must be a folder of letters, digits and _ -")
      .default("bramble")
      .describe("The folder in the bucket."),
    region: z
      .string("must be a region")
      .min(1, "must be a region")
      .optional()
      .describe("Its region; most services need none."),
  })
  .describe("A bucket of an S3-compatible service that stores the backups.");

const { keep } = defaultBackups;

/** Settings of backups. */
export const schema = z
  .strictObject({
    board: label
      .describe("The board whose disk stores the backups; it must not be one whose data is backed up.")
      .optional(),
    directory: absolutePath
      .optional()
      .describe(
        `The directory on \`board\`. Default: \`${backupDirectory}\`, or \`${diskDirectories.backups}\` on a board with a disk for data.`,
      ),
    nfs: nfsDirectory.describe("A directory of an NFS server that stores the backups.").optional(),
    s3: s3.optional(),
    accessKey: secretString(/^\S+$/, "must be an access key", "Access key of the bucket.", 20).optional(),
    secretKey: secretString(/^\S+$/, "must be a secret key", "Secret key of the bucket.", 40).optional(),
    schedule: schedule(fiveFields, "must be five fields of cron, such as 17 3 * * *")
      .default(defaultBackups.schedule)
      .describe("When to back up, in cron notation and UTC."),
    test: schedule(`never|${fiveFields}`, "must be five fields of cron, such as 47 4 * * 0, or never")
      .default(defaultBackups.test)
      .describe("When to test whether the newest backups can be restored, as `schedule`, or `never`."),
    keep: z
      .strictObject({
        daily: count("days", keep.daily),
        weekly: count("weeks", keep.weekly),
        monthly: count("months", keep.monthly),
      })
      .prefault({})
      .describe("Which backups to keep, in addition to those made by an upgrade."),
    etcd: absolutePath
      .optional()
      .describe(
        "The directory of the control plane with snapshots of etcd: /var/lib/bramble/snapshots if bramble creates the cluster. Not backed up if omitted.",
      ),
    password: secretString(
      /^\S{16,}$/,
      "must have 16 characters or more, and no space",
      "Encrypts the backups. Generated if omitted; set it to restore what another stack has backed up.",
      32,
    ).optional(),
  })
  .describe("Encrypted backups of the apps' data. The target is one of `board`, `nfs` and `s3`.");
