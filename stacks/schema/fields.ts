import { secret } from "@pulumi/pulumi";
import { z } from "zod";

/** Metadata of a setting that is a Pulumi secret: what a made-up value for a rehearsal looks like. */
export interface SecretMeta {
  readonly secret: {
    /** Turns 64 hexadecimal digits into a value of the right form. */
    readonly placeholder: (digits: string) => string;
  };
}

/** A label of a host name (RFC 1123). */
export const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** A name of one label. */
export const label = () =>
  z.string("must be a name").regex(dnsLabel, "must be lower-case letters, digits and hyphens, 63 at most");
/** The name of a board. */
export const boardName = (description: string) => label().meta({ description });
/** A path on a board. */
export const absolutePath = () =>
  z.string("must be a path").regex(/^(\/[\w.-]+)+$/, "must be an absolute path of letters, digits and . _ -");

/** A directory of an NFS server. */
export const nfsDirectory = (description: string) =>
  z
    .strictObject({
      server: z
        .string("must be an address or a host name")
        .regex(/^[\w.:-]+$/, "must be an address or a host name")
        .meta({ description: "Its address or host name." }),
      path: absolutePath().meta({ description: "The directory that it exports." }),
    })
    .meta({ description });

/** A secret of a given form. Parsed, it is a secret Output; its value is in no error. */
export function secretString(form: RegExp, says: string, description: string, meta: SecretMeta["secret"]) {
  return z
    .string("must be a secret")
    .regex(form, says)
    .transform((value) => secret(value))
    .meta({ description, secret: meta });
}
