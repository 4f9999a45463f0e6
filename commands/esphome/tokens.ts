import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The devices' tokens by name, and if they could not be had, why. */
export interface Tokens {
  readonly values: Readonly<Record<string, string>>;
  readonly why?: string;
}

/** The tokens that `pulumi up` made for a stack's devices. Nothing is printed, least of all the tokens. */
export function tokensOf(stack: string): Tokens {
  const launcher = fileURLToPath(new URL("../../node_modules/.bin/pulumi", import.meta.url));
  const args = ["stack", "output", "sensorsTokens", "--json", "--show-secrets", "--stack", stack];
  const { status, stdout, stderr, error } = spawnSync(launcher, [...args, "--non-interactive"], {
    encoding: "utf8",
  });
  if (error) return { values: {}, why: error.message };
  if (status !== 0) {
    const said = stderr.trim().split("\n").at(-1) ?? "";
    return {
      values: {},
      why: `${said} To create them, run: npx pulumi up -s ${stack} --policy-pack policy`,
    };
  }
  return { values: JSON.parse(stdout) as Record<string, string> };
}
