/**
 * A token bucket for each client address: `burst` requests at once, then `perMinute`. Traefik forgets a client
 * from which nothing came for one minute divided by `perMinute`, and a second; it has all of `burst` again then.
 * So who waits gets `burst` in each such while. Where passwords are checked `perMinute` is small, so that a
 * stall of the board under attack is not such a while
 * (https://github.com/traefik/traefik/blob/v3.7.11/pkg/middlewares/ratelimiter/rate_limiter.go, `ttl`).
 */
export interface RateLimit {
  /** Requests a minute, 1 or more: Traefik takes 0 for no limit at all. */
  perMinute: number;
  /** Requests at once, 1 or more. */
  burst: number;
}

/** How much one client address may ask for. IPv6 addresses count by their /64, which one home has. */
export interface Limits {
  /** Everything that checks no password. */
  requests: RateLimit;
  /** Pages behind basic authentication; each request has its password checked against a bcrypt hash. */
  passwords: RateLimit;
  /** Where programs sign in: git over HTTPS, an app's API. */
  credentials: RateLimit;
  /** Pages where people sign in. */
  logins: RateLimit;
  /** Requests in progress at once. */
  inFlight: number;
}

/** Kinds of requests that have a limit of their own. */
export type LimitName = Exclude<keyof Limits, "inFlight">;

/**
 * A page of a browser has some 30 requests, a clone with git three, a person signs in with two. What is left for
 * guessing is in docs/public-urls.md.
 */
export const defaultLimits: Limits = {
  requests: { perMinute: 3000, burst: 600 },
  passwords: { perMinute: 6, burst: 60 },
  credentials: { perMinute: 1, burst: 60 },
  logins: { perMinute: 1, burst: 10 },
  inFlight: 100,
};

/** How many bits of an IPv6 address tell clients apart: what a provider gives one home at least. */
const ipv6Prefix = 64;

/**
 * The middlewares that hold the limits, by name: `requests`, `passwords`, `credentials`, `logins` and `inFlight`.
 *
 * @param proxies addresses of trusted proxies; where there are any, the client is who the nearest of them that is
 *   no proxy itself names in X-Forwarded-For
 */
export function limitMiddlewares(limits: Limits, proxies: readonly string[]) {
  const ipStrategy = { ipv6Subnet: ipv6Prefix, ...(proxies.length > 0 && { depth: 1 }) };
  const sourceCriterion = { ipStrategy };
  const bucket = ({ perMinute, burst }: RateLimit) => ({
    rateLimit: { average: perMinute, period: "1m", burst, sourceCriterion },
  });
  return {
    requests: bucket(limits.requests),
    passwords: bucket(limits.passwords),
    credentials: bucket(limits.credentials),
    logins: bucket(limits.logins),
    inFlight: { inFlightReq: { amount: limits.inFlight, sourceCriterion } },
  };
}

/** Addresses that no client on the internet has (RFC 1918, RFC 4193, and the links' own). */
export const privateRanges: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

/**
 * The middleware that refuses who is not in the LAN. The address is the connection's own: who comes through a proxy has
 * the proxy's, whatever it says of the client.
 *
 * @param ranges its address ranges
 */
export function lanMiddleware(ranges: readonly string[]) {
  return { ipAllowList: { sourceRange: [...ranges] } };
}
