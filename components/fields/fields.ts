import { secret } from "@pulumi/pulumi";
import { z } from "zod";
import { boardHost, host } from "./hosts.ts";
import { dnsLabel, plainName } from "./names.ts";

/** Metadata of a setting that is a Pulumi secret: what a placeholder for it looks like. */
export interface SecretMeta {
  readonly secret: {
    /** Turns 64 hexadecimal digits into a value of the right form. */
    readonly placeholder: (digits: string) => string;
  };
}

/** A name of one label. */
export const label = () =>
  z.string("must be a name").regex(dnsLabel, { error: ({ input }) => labelError(input) });
/** The name of a board. */
export const boardName = (description: string) => label().meta({ description });
/** A path on a board. */
export const absolutePath = () =>
  z
    .string("must be a path")
    .regex(/^(\/[\w.-]+)+$/, "must be an absolute path of letters, digits and . _ -")
    .regex(/^(?!.*\/\.{1,2}(\/|$))/, "must not contain . or .. as a folder");

/** A directory of an NFS server. */
export const nfsDirectory = (description: string) =>
  z
    .strictObject({
      server: host(boardHost).meta({ description: "Its address or host name." }),
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

function labelError(name: unknown): string {
  const wanted = "must be lower-case letters, digits and hyphens, 63 at most";
  const plain = plainName(String(name).replaceAll(/[_ .]+/g, "-"));
  return plain !== undefined && dnsLabel.test(plain) ? `${wanted}, such as ${plain}` : wanted;
}
