import { z } from "zod";
import { defaultSshPort } from "./appIni.ts";
import { defaultRestore, defaultSize } from "./gogsWorkload.ts";
import { label, secretString } from "../fields/fields.ts";

/** Settings of Gogs. */
export const schema = z
  .strictObject({
    host: label.default("gogs").describe("The host's name below `domain`."),
    size: z
      .string("must be a size such as 8Gi")
      .regex(/^[1-9]\d*(Mi|Gi)$/, "must be a size such as 8Gi")
      .default(defaultSize)
      .describe("Size of its volume."),
    volume: z
      .enum(["board", "nfs"])
      .default("board")
      .describe(
        "Where its data is stored, according to `storage`. Its database is SQLite, and many NFS servers do not implement the locks that it needs: `nfs` can damage it.",
      ),
    board: label.describe("The board whose disk stores its data. Default: that of `storage`.").optional(),
    sshPort: z
      .int("must be a port")
      .min(1024, "must be a port, 1024 to 65535; 22 is the board's own SSH server")
      .max(65_535, "must be a port, 1024 to 65535")
      .default(defaultSshPort)
      .describe("Port of `ingress.board` for git over SSH; the router must forward it, too."),
    adminPassword: secretString(
      /^[^\s]{8,72}$/,
      "must have 8 to 72 characters, and no space",
      "Password of the administrator `gogs-admin` when it is made. Generated if omitted.",
      24,
    ).optional(),
    restore: z
      .string("must be newest, none or the id of a snapshot")
      .regex(/^(newest|none|[0-9a-f]{8,64})$/, "must be newest, none or the id of a snapshot")
      .default(defaultRestore)
      .describe("The backup to restore into an empty volume; existing data is never changed."),
  })
  .describe("Gogs, the Git service. Needs `storage` and `ingress`.");
