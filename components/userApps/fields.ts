import { z } from "zod";
import { mebibytes } from "../workload/quantity.ts";
import { imageError } from "../workload/images.ts";
import { absolutePath } from "../fields/fields.ts";
import { refusing } from "../fields/refuse.ts";

/** An image with an exact tag or a digest. */
export const image = z.string("must be an image").superRefine(refusing(imageError));

const sizeWanted = "must be a size such as 64Mi or 1Gi";

/** An amount of memory or of a disk. */
export const size = z.string(sizeWanted).regex(/^[1-9]\d{0,4}(Mi|Gi)$/, { error: sizeWanted, abort: true });

/** How much memory an app takes. */
export const memory = z
  .strictObject({
    request: size.describe("What it normally uses: so much is set aside for it on its board."),
    limit: size.describe("The kernel stops it when it uses more."),
  })
  .refine(({ request, limit }) => mebibytes(request) <= mebibytes(limit), {
    error: "has a request above its limit. Lower the request, or raise the limit.",
    abort: true,
  });

/** A path in a container. */
export const containerPath = absolutePath.refine(
  (path) => !/^\/(dev|proc|sys)(\/|$)/.test(path),
  "belongs to the system. Use another path in the container",
);

/** A path of a device of a board, and of nothing outside of `/dev`. */
export const devicePath = /^\/dev\/(?!.*\.\.)[\w./:-]+$/;

/** A path of a url that begins with a slash. */
export const urlPath = z
  .string("must be a path of the url")
  .regex(/^\/[\w./~-]*$/, "must be a path that begins with a slash, such as /login");

/** A path in the app's data: `data/db.sqlite3`. */
export const dataPath = z
  .string("must be a path in the data")
  .regex(
    /^(?!.*(^|\/)\.\.?(\/|$))[\w.*-]+(\/[\w.*-]+)*$/,
    "must be a path in the data that begins with the volume's name, such as data/cache",
  );

const variableWanted =
  "must be the name of an environment variable: letters, digits and _, not beginning with a digit";

/** Name of an environment variable. */
export const variable = z.string(variableWanted).regex(/^[A-Za-z_]\w*$/, variableWanted);

/** Number of a user or of a group. */
export const userNumber = (what: string) =>
  z
    .int(
      `must be the number of a ${what}: the kubelet does not know the names in an image. docker run --rm IMAGE id shows it`,
    )
    .min(0, "must be 0 or more")
    .max(65_535, "must be 65535 at most");

/** A TCP or UDP port. */
export const port = z
  .int("must be a port, 1 to 65535")
  .min(1, "must be a port, 1 to 65535")
  .max(65_535, "must be a port, 1 to 65535");
