// A package repository in the flat layout of pkgs.k8s.io: `deb [signed-by=…] URL /`.
import crypto from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runOrThrow, type Surroundings } from "../built.ts";

/** The public key that a repository is signed with, in its folder, as pkgs.k8s.io calls it. */
export const keyFile = "Release.key";

/**
 * Makes a folder of .deb files a signed repository: Packages, Release, InRelease and Release.gpg. The key is
 * made for it and then forgotten but for its public half.
 */
export async function indexRepository(folder: string, surroundings: Surroundings): Promise<void> {
  const entries = await fs.readdir(folder, { recursive: true });
  const stanzas: string[] = [];
  for (const file of entries.filter((entry) => entry.endsWith(".deb")).sort())
    stanzas.push(await stanzaOf(folder, file, surroundings));
  await fs.writeFile(path.join(folder, "Packages"), stanzas.join("\n"));
  await fs.writeFile(path.join(folder, "Release"), await releaseOf(folder, architecturesOf(stanzas)));
  await sign(folder, surroundings);
}

async function stanzaOf(folder: string, file: string, surroundings: Surroundings): Promise<string> {
  const full = path.join(folder, file);
  const control = await runOrThrow("dpkg-deb", ["--field", full], surroundings);
  const { size } = await fs.stat(full);
  return `${control.trimEnd()}\nFilename: ${file}\nSize: ${size}\nSHA256: ${await sha256Of(full)}\n`;
}

/** Those of a repository's packages, but for "all", which every board has. */
function architecturesOf(stanzas: readonly string[]): string[] {
  const found = stanzas.map((stanza) => /^Architecture: (\S+)$/m.exec(stanza)?.[1] ?? "");
  return [...new Set(found)].filter((architecture) => architecture !== "all").sort();
}

async function releaseOf(folder: string, architectures: readonly string[]): Promise<string> {
  const packages = path.join(folder, "Packages");
  const { size } = await fs.stat(packages);
  return `Origin: lab of virtual boards
Date: ${new Date().toUTCString().replace("GMT", "UTC")}
Architectures: ${architectures.join(" ")}
SHA256:
 ${await sha256Of(packages)} ${size} Packages
`;
}

async function sign(folder: string, surroundings: Surroundings): Promise<void> {
  // Short, because gpg's agent makes a socket in it.
  const home = await fs.mkdtemp(path.join(os.tmpdir(), "gpg-"));
  const gpg = (...args: string[]) =>
    runOrThrow("gpg", ["--homedir", home, "--batch", "--yes", "--quiet", ...args], surroundings);
  const release = path.join(folder, "Release");
  try {
    await gpg(
      "--passphrase",
      "",
      "--quick-generate-key",
      "lab of virtual boards",
      "ed25519",
      "sign",
      "never",
    );
    await gpg("--clearsign", "--output", path.join(folder, "InRelease"), release);
    await gpg("--armor", "--detach-sign", "--output", `${release}.gpg`, release);
    await gpg("--armor", "--export", "--output", path.join(folder, keyFile));
  } finally {
    // The agent that gpg starts would outlive it.
    await runOrThrow("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]).catch(() => undefined);
    await fs.rm(home, { recursive: true, force: true });
  }
}

async function sha256Of(file: string): Promise<string> {
  return crypto
    .createHash("sha256")
    .update(await fs.readFile(file))
    .digest("hex");
}
