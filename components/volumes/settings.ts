import { z } from "zod";
import { dataDirectory } from "../app/volumes.ts";
import { diskDirectories } from "../board/disk.ts";
import { absolutePath, flag, label, nfsDirectory } from "../fields/fields.ts";
import { dnsLabel } from "../fields/names.ts";

const size = "must be a size such as 512Mi or 8Gi";
const claim = "must be the namespace and the name of a claim, such as blog/data";

const volume = z
  .strictObject({
    // Its claim's name ends with a hash, and the directory has it, too.
    name: label.max(40, "must have 40 characters at most").describe("Its name, and that of its directory."),
    board: label.describe("The board whose disk stores it. Default: `board` of this section.").optional(),
    size: z
      .string(size)
      .regex(/^[1-9]\d{0,4}(Mi|Gi|Ti)$/, size)
      .describe("The largest claim that gets it. A directory has no quota: its data may take more."),
    claim: z
      .string(claim)
      .refine((text) => {
        const [namespace = "", name = "", ...more] = text.split("/");
        return dnsLabel.test(namespace) && isClaim(name) && more.length === 0;
      }, claim)
      .optional()
      .describe(
        "The PersistentVolumeClaim that it is kept for, as `namespace/name`. Default: any that fits, the smallest volume of a board first.",
      ),
  })
  .describe("A volume.");

/** Names of objects: labels with dots in between (RFC 1123). */
function isClaim(name: string): boolean {
  return name.length <= 253 && name.split(".").every((part) => dnsLabel.test(part));
}

/** Settings of where data lies. */
export const schema = z
  .strictObject({
    board: label.describe("The board whose disk stores the apps' data.").optional(),
    nfs: nfsDirectory
      .describe("A directory of an NFS server, for apps that ask for it (`volume: nfs`).")
      .optional(),
    directory: absolutePath
      .optional()
      .describe(
        `The directory on the board. Default: \`${dataDirectory}\`, or \`${diskDirectories.data}\` on a board with a disk for data.`,
      ),
    volumes: z
      .array(volume, "must be a list of volumes")
      .default([])
      .describe("Volumes for what you deploy yourself, such as with Helm (docs/storage.md)."),
    defaultClass: flag(
      false,
      "Whether claims without a storage class get one of `volumes`, as many charts expect.",
    ),
  })
  .describe("Where data lives.");

/** Section `storage`. */
export type StorageSection = z.output<typeof schema>;
