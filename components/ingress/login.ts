import { createHash } from "node:crypto";
import { core } from "@pulumi/kubernetes";
import { all, type CustomResourceOptions, type Input, type Output, secret } from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { hashSync, encodeBase64 } from "bcryptjs";
import { usersFile } from "./traefikDynamic.ts";
import { traefikObjects } from "./traefikWorkload.ts";

/** Who may see pages that have no login of their own. */
export interface LoginArgs {
  /** Name to sign in with. */
  user: string;
  /** Password; one of 24 letters and digits is generated if omitted. */
  password?: Input<string>;
}

/** The login as it was registered. */
export interface Login {
  /** The password that signs in. A secret. */
  readonly password: Output<string>;
  /** Line of the users' file: the name and the password's hash. A secret. */
  readonly line: Output<string>;
  readonly secret: core.v1.Secret;
}

// 2^6 rounds, twice what Apache's htpasswd takes. Traefik checks the hash with every request of a page: 2^10, the
// usual for a form that is sent once, kept two amd64 cores busy for seconds when 60 requests came at once.
const cost = "06";

/** Registers the login's password and the Secret with its hash, from which Traefik reads it. */
export function registerLogin(
  name: string,
  namespace: Input<string>,
  args: LoginArgs,
  opts: CustomResourceOptions,
): Login {
  const password = secret(
    args.password ??
      new random.RandomPassword(`${name}-password`, { length: 24, special: false }, opts).result,
  );
  // Kept in the stack's state, so that the hash is another only when the password is.
  const salt = new random.RandomPassword(`${name}-salt`, { length: 22, special: false }, opts).result;
  const line = secret(
    all([password, salt]).apply(([clear, grains]) => `${args.user}:${bcryptHash(clear, grains)}\n`),
  );
  const users = new core.v1.Secret(
    `${name}-users`,
    { metadata: { name: traefikObjects.users, namespace }, stringData: { [usersFile]: line } },
    opts,
  );
  return { password, line, secret: users };
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
