import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeDeb } from "../../lab/packages/deb.ts";
import { indexRepository } from "../../lab/packages/repository.ts";
import { filesFor } from "../../lab/fileServer.ts";

const noPackaging =
  spawnSync("dpkg-deb", ["--version"]).error !== undefined ||
  spawnSync("gpg", ["--version"]).error !== undefined
    ? "dpkg-deb or gpg is not on PATH"
    : "";

it("makes a signed repository of packages", { timeout: 60_000 }, async ({ skip }) => {
  skip(noPackaging !== "", noPackaging);
  const folder = temporaryFolder();
  const deb = { name: "tool", version: "1.2-1.1", description: "A tool", depends: ["mount"] };
  for (const architecture of ["amd64", "arm64"] as const) {
    const files = { "usr/bin/tool": "/bin/true" };
    fs.mkdirSync(path.join(folder, architecture));
    await writeDeb(path.join(folder, architecture), { ...deb, architecture, files }, {});
  }

  await indexRepository(folder, {});

  const file = "amd64/tool_1.2-1.1_amd64.deb";
  const packages = fs.readFileSync(path.join(folder, "Packages"), "utf8");
  const { size } = fs.statSync(path.join(folder, file));
  for (const line of ["Package: tool", "Depends: mount", `Filename: ${file}`, `Size: ${size}`])
    expect(packages).toContain(`${line}\n`);
  const places = [...packages.matchAll(/^Architecture: (\w+)$.*?^Filename: (\S+)$/gms)].map(
    ([, ...of]) => of,
  );
  expect(places).toEqual([
    ["amd64", file],
    ["arm64", "arm64/tool_1.2-1.1_arm64.deb"],
  ]);
  expect(fs.readFileSync(path.join(folder, "Release"), "utf8")).toMatch(/^Architectures: amd64 arm64$/m);
  expect(execFileSync("dpkg-deb", ["--contents", path.join(folder, file)], { encoding: "utf8" })).toMatch(
    /^-rwxr-xr-x root\/root .* \.\/usr\/bin\/tool$/m,
  );
  expect(verified(folder, "InRelease")).toContain("Good signature");
  fs.appendFileSync(path.join(folder, "Release"), "x");
  expect(verified(folder, "Release.gpg", "Release")).toContain("BAD signature");
});

it.for([
  ["/debian/Packages", "/cache/Packages"],
  ["/debian/a_1%2b2.deb", "/cache/a_1+2.deb"],
  ["/debian/../../etc/passwd", "/cache/etc/passwd"],
  ["/debian/%2e%2e%2fetc/passwd", "/cache/etc/passwd"],
  ["/debian/Packages?of=amd64", "/cache/Packages"],
  ["/ubuntu/Packages", undefined],
] as const)("a request for %s is for %s", ([url, file]) => {
  expect(filesFor(url, { debian: ["/cache"] })).toEqual(file === undefined ? [] : [file]);
});

/** What gpg says of a signature, knowing only the repository's own key. */
function verified(folder: string, ...files: string[]): string {
  const home = temporaryFolder();
  const keyring = path.join(home, "key.gpg");
  const gpg = ["--homedir", home, "--no-default-keyring", "--keyring", keyring];
  execFileSync("gpg", [...gpg, "--quiet", "--import", path.join(folder, "Release.key")], { stdio: "ignore" });
  const { stderr } = spawnSync("gpg", [...gpg, "--verify", ...files], { cwd: folder, encoding: "utf8" });
  return stderr;
}

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-"));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
