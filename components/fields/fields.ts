import { secret } from "@pulumi/pulumi";
import { z } from "zod";
import { boardHost, host } from "./hosts.ts";
import { dnsLabel, plainName } from "./names.ts";

/** Makes a value of a secret's form out of 64 hexadecimal digits: what stands for it where it must not be read. */
export type Placeholder = (digits: string) => string;

/** A name of one label. */
export const label = z
  .string("must be a name")
  .regex(dnsLabel, { error: ({ input }) => labelError(input) })
  .meta({ id: "label" });
/** A path on a board. */
export const absolutePath = z
  .string("must be a path")
  .regex(/^(\/[\w.-]+)+$/, "must be an absolute path of letters, digits and . _ -")
  .regex(/^(?!.*\/\.{1,2}(\/|$))/, "must not contain . or .. as a folder")
  .meta({ id: "path" });

/** A directory of an NFS server. */
export const nfsDirectory = z
  .strictObject({
    server: host(boardHost).describe("Its address or host name."),
    path: absolutePath.describe("The directory that it exports."),
  })
  .meta({ id: "nfs" });

/** A setting that is true or false. */
export const flag = (standard: boolean, description: string) =>
  z.boolean("must be true or false").default(standard).describe(description);

/** A list of texts, empty if omitted. */
export const list = (item: z.ZodString, of: string, description: string) =>
  z.array(item, `must be a list of ${of}`).default([]).describe(description);

/**
 * A secret of a given form. Parsed, it is a secret Output; its value is in no error.
 *
 * @param placeholder its placeholder, or how many digits one has
 */
export function secretString(
  form: RegExp,
  says: string,
  description: string,
  placeholder: Placeholder | number,
) {
  const made: Placeholder =
    typeof placeholder === "number" ? (digits) => digits.slice(0, placeholder) : placeholder;
  return z
    .string("must be a secret")
    .regex(form, says)
    .transform((value) => secret(value))
    .meta({ description, secret: made });
}

function labelError(name: unknown): string {
  const wanted = "must be lower-case letters, digits and hyphens, 63 at most";
  const plain = plainName(String(name).replaceAll(/[_ .]+/g, "-"));
  return plain !== undefined && dnsLabel.test(plain) ? `${wanted}, such as ${plain}` : wanted;
}
