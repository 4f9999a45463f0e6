import { createHash, timingSafeEqual } from "node:crypto";

/**
 * A check of `Authorization` headers against a token. The digests are compared, in constant time, so that
 * neither the token's length nor how much of it was guessed can be told from how long the check takes.
 */
export function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const presented = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    return presented !== undefined && timingSafeEqual(digest(presented), expected);
  };
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
