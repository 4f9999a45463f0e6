// The part of Debian that boards install.
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { suffixOf } from "../architecture.ts";
import { runOrThrow, type Recipe } from "../built.ts";
import { debianMirror, type VirtualBoardImage } from "../image.ts";
import { indexRepository } from "./repository.ts";

/** What bramble's bootstrap, the packages of Kubernetes, or a test may ask a fresh card's Debian for. */
const wanted = [
  "containerd",
  "runc",
  "iptables",
  "conntrack",
  "ebtables",
  "ethtool",
  "socat",
  "containernetworking-plugins",
  "chrony",
  "systemd-timesyncd",
  "gnupg",
  "curl",
  "nfs-common",
  "unattended-upgrades",
  // What images bring swap with.
  "dphys-swapfile",
  "zram-tools",
  "systemd-zram-generator",
  // Of Debian's own images for the Raspberry Pi.
  "raspi-firmware",
];

const script = fileURLToPath(new URL("debian.sh", import.meta.url));
const indexer = fileURLToPath(new URL("repository.ts", import.meta.url));

/** These packages and what they need that the image does not have: seconds, some 60 MB. */
export function debianPackages(image: VirtualBoardImage): Recipe {
  return {
    name: `debian-packages${suffixOf(image.architecture)}`,
    ingredients: [
      ...[script, indexer, image.dpkgStatus].map((file) => fs.readFileSync(file, "utf8")),
      debianMirror,
      image.architecture,
      ...wanted,
    ],
    build: async (folder, surroundings) => {
      const arch = `--arch=${image.architecture}`;
      const source = [debianMirror, "trixie"];
      await runOrThrow("sh", [script, arch, folder, image.dpkgStatus, ...source, ...wanted], surroundings);
      await indexRepository(folder, surroundings);
    },
  };
}
