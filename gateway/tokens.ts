import { createHash, timingSafeEqual } from "node:crypto";
import type { Sensor } from "./sensor.ts";

/**
 * Finds the sensor whose token an `Authorization` header presents. What is compared are digests, so that how
 * long it takes tells nothing of a token.
 *
 * @param tokens each sensor's token by its name; those of other names are ignored
 */
export function sensorByToken(
  sensors: ReadonlyMap<string, Sensor>,
  tokens: Readonly<Record<string, string>>,
): (authorization: string | undefined) => Sensor | undefined {
  const byDigest = new Map(
    Object.entries(tokens).flatMap(([name, token]) => {
      const sensor = sensors.get(name);
      return sensor ? [[digest(token).toString("latin1"), sensor] as const] : [];
    }),
  );
  return (authorization) => {
    const presented = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    return presented === undefined ? undefined : byDigest.get(digest(presented).toString("latin1"));
  };
}

/** Checks an `Authorization` header of HTTP's Basic scheme for a password, whatever the user is called. */
export function passwordCheck(password: string): (authorization: string | undefined) => boolean {
  const expected = digest(password);
  return (authorization) => {
    const encoded = /^Basic +([\w+/=]+)$/i.exec(authorization ?? "")?.[1];
    if (encoded === undefined) return false;
    const pair = Buffer.from(encoded, "base64").toString();
    return timingSafeEqual(digest(pair.slice(pair.indexOf(":") + 1)), expected);
  };
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
