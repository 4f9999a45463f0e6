import { createHash } from "node:crypto";
import { all, type CustomResourceOptions, type Input, secret } from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { hashSync, encodeBase64 } from "bcryptjs";

/** Who may see pages that have no login of their own. */
export interface LoginArgs {
  /** Name to sign in with. */
  user: string;
  /** Password. Default: 24 generated letters and digits. */
  password?: Input<string>;
}

// 2^6 rounds, twice what Apache's htpasswd takes. Traefik checks the hash with every request of a page: 2^10, the
// usual for a form that is sent once, kept two amd64 cores busy for seconds when 60 requests came at once.
const cost = "06";

/**
 * Registers the login's password, and what its hash is made with.
 *
 * @returns secrets: the password that signs in, and the line of the users' file with the name and the hash
 */
export function registerLogin(name: string, args: LoginArgs, opts: CustomResourceOptions) {
  const password = secret(
    args.password ??
      new random.RandomPassword(`${name}-password`, { length: 24, special: false }, opts).result,
  );
  // Kept in the stack's state, so that the hash is another only when the password is.
  const salt = new random.RandomPassword(`${name}-salt`, { length: 22, special: false }, opts).result;
  const line = secret(
    all([password, salt]).apply(([clear, grains]) => `${args.user}:${bcryptHash(clear, grains)}\n`),
  );
  return { password, line };
}

/**
 * The bcrypt hash of a password.
 *
 * @param salt a random text; the same gives the same hash
 */
export function bcryptHash(password: string, salt: string): string {
  const bytes = [...createHash("sha256").update(salt).digest()].slice(0, 16);
  return hashSync(password, `$2b$${cost}$${encodeBase64(bytes, 16)}`);
}
