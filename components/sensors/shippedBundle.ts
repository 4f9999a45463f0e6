import { readFileSync } from "node:fs";

/** The sensor gateway as one file, built when the package was: who uses that has no bundler. */
export function gatewayBundle(): string {
  return readFileSync(new URL("gateway.cjs", import.meta.url), "utf8");
}
