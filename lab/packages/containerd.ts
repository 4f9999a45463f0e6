// The package of containerd that download.docker.com has, built from Go modules.
import fs from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Architecture } from "../architecture.ts";
import type { Recipe } from "../built.ts";
import { currentBuild } from "../kubernetesBuild.ts";
import { containerdVersion, obtainPrograms } from "../programs.ts";
import { writeDeb } from "./deb.ts";
import { indexRepository } from "./repository.ts";

const beside = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const sources = ["containerd.ts", "deb.ts", "repository.ts", "containerd.service", "containerd.toml"].map(
  beside,
);

/**
 * A repository with containerd.io: minutes to build, some 40 MB for each architecture. Docker's package has runc in it;
 * this one needs Debian's, for runc has no version without C.
 *
 * @param architectures of boards that use it. Default: amd64 alone
 */
export function containerdPackages(architectures: readonly Architecture[] = ["amd64"]): Recipe {
  return {
    name: "containerd-packages",
    ingredients: [containerdVersion, ...architectures, ...sources.map((file) => readFileSync(file, "utf8"))],
    build: async (folder, surroundings) => {
      for (const architecture of architectures) {
        const names = ["containerd", "containerd-shim-runc-v2", "ctr"] as const;
        const built = await obtainPrograms(currentBuild, names, surroundings, architecture);
        await fs.mkdir(path.join(folder, architecture));
        const deb = {
          name: "containerd.io",
          version: `${containerdVersion}-1`,
          architecture,
          description: "Container runtime, built for the lab",
          depends: ["runc"],
          conflicts: ["containerd"],
          files: {
            ...Object.fromEntries(names.map((name) => [`usr/bin/${name}`, built[name]])),
            "usr/lib/systemd/system/containerd.service": beside("containerd.service"),
            // As Docker's: without what a kubelet needs.
            "etc/containerd/config.toml": beside("containerd.toml"),
          },
          conffiles: ["/etc/containerd/config.toml"],
        };
        await writeDeb(path.join(folder, architecture), deb, surroundings);
      }
      await indexRepository(folder, surroundings);
    },
  };
}
