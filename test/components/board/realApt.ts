import { existsSync, readFileSync } from "node:fs";
import type { Files, Programs } from "./scratchBoard.ts";

/** Why apt can't be had here, or an empty text. */
export const noApt =
  existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-query")
    ? ""
    : "this machine has no apt and dpkg";

/** The real apt and dpkg on a scratch board; nothing is installed. */
export const realApt: Programs = {
  "apt-get": readFileSync(new URL("programs/real-apt-get.sh", import.meta.url), "utf8"),
  "dpkg-query": `exec /usr/bin/dpkg-query --admindir="$ROOT/var/lib/dpkg" "$@"`,
};

/** A package as dpkg's or a repository's list has it; a version of `installed` is installed. */
export interface Package {
  readonly version: string;
  readonly depends?: string;
  readonly conflicts?: string;
}

/** What Debian's Docker consists of. */
export const debiansDocker: Readonly<Record<"containerd" | "runc" | "docker.io", Package>> = {
  containerd: { version: "1.7.24-1", depends: "runc" },
  runc: { version: "1.1.15-1" },
  "docker.io": { version: "26.1.5-1", depends: "containerd, runc" },
};

/** What is installed, as dpkg notes it. */
export function installedPackages(packages: Readonly<Record<string, Package>>): Files {
  return { "var/lib/dpkg/status": stanzas(packages, ["Status: install ok installed"]) };
}

/** A repository's list of packages, at `/repository`. */
export function repositoryOf(packages: Readonly<Record<string, Package>>): Files {
  return {
    "repository/Packages": stanzas(packages, [
      "Filename: ./none.deb",
      "Size: 1",
      `SHA256: ${"0".repeat(64)}`,
    ]),
  };
}

function stanzas(packages: Readonly<Record<string, Package>>, more: readonly string[]): string {
  return Object.entries(packages)
    .map(([name, { version, depends, conflicts }]) =>
      [
        `Package: ${name}`,
        `Version: ${version}`,
        "Architecture: all",
        "Maintainer: nobody <nobody@example.com>",
        "Description: none",
        ...(depends === undefined ? [] : [`Depends: ${depends}`]),
        ...(conflicts === undefined ? [] : [`Conflicts: ${conflicts}`]),
        ...more,
        "",
      ].join("\n"),
    )
    .join("\n");
}
