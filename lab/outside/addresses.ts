// Addresses of the world around the boards' network (lab/addresses.ts), from the ranges for documentation (RFC 5737).

/** A computer in the LAN, besides the boards. */
export const laptopAddress = "10.77.0.200";

/** Another network of the home, which its router leads to: the router in it, and a computer. */
export const guestNetwork = { router: "10.78.0.1", computer: "10.78.0.2" } as const;

/** What the provider gives the home, one at a time. */
export const publicAddresses = ["203.0.113.7", "203.0.113.8", "203.0.113.9"] as const;

/** The provider's network for homes, and its router in it. */
export const provider = { network: "203.0.113.0/24", router: "203.0.113.1" } as const;

/** Where services of the internet are. */
export const servicesAddress = "198.51.100.2";

/** Resolvers of Cloudflare's that programs ask by their addresses, whatever the home's are. */
export const publicResolvers = ["1.1.1.1", "1.0.0.1"] as const;

/** Strangers on the internet: what a stranger does comes from the first, unless it chooses another. */
export const strangerAddresses: readonly string[] = Array.from(
  { length: 10 },
  (_, i) => `198.51.100.${10 + i}`,
);
