import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { linkerFlags } from "../../tools/build.ts";
import { currentBuild, nextPatchBuild, previousMinorBuild } from "../../lab/kubernetesBuild.ts";
import { programOf } from "../../lab/programs.ts";
import { catalogue, kubernetesVersion } from "../../tools/catalogue.ts";
import { obtainTools } from "../../tools/obtain.ts";
import { thisMachine } from "../../tools/setUp.ts";
import { fakeGo, filesIn, install, program, sandbox, thorn } from "./sandbox.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a build", () => {
  test("sets the version that Kubernetes checks", () => {
    expect(linkerFlags("1.36.3")).toBe(
      "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 " +
        "-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36",
    );
  });

  test("is of the pinned package, whatever the user's Go settings are", async () => {
    vi.stubEnv("GOFLAGS", "-mod=vendor");
    vi.stubEnv("GOOS", "js");
    vi.stubEnv("GOWORK", "/nowhere/go.work");
    const { bin, setUp } = await sandbox(thorn());
    await install(bin, "go", fakeGo());

    await obtainTools(setUp);

    const args = (await fs.readFile(path.join(bin, "go.arguments"), "utf8")).trimEnd().split("\n");
    const output = expect.stringContaining(setUp.cache) as string;
    expect(args).toEqual([
      "build",
      "-trimpath",
      "-ldflags",
      linkerFlags(kubernetesVersion),
      "-o",
      output,
      "example.com/cmd/thorn",
    ]);
    const environment = (await fs.readFile(path.join(bin, "go.environment"), "utf8")).split("\n");
    expect(environment).toEqual(
      expect.arrayContaining([
        "CGO_ENABLED=0",
        "GOFLAGS=-mod=readonly",
        "GOOS=linux",
        "GOARCH=amd64",
        "GOWORK=off",
      ]),
    );
  });

  test("that fails shows the compiler's last lines and keeps nothing", async () => {
    const { bin, setUp } = await sandbox(thorn());
    await install(bin, "go", fakeGo("echo 'thorn.go:7:2: undefined: leaf' >&2; exit 2"));

    await expect(obtainTools(setUp)).rejects.toThrow(
      "    build: go build example.com/cmd/thorn ended with 2:\n      thorn.go:7:2: undefined: leaf\n",
    );
    expect(await filesIn(setUp.cache)).toEqual([]);
  });
});

describe("without a Go", () => {
  const release = { url: "http://127.0.0.1:9/thorn", sha256: "0".repeat(64) };

  test("one message names all tools, what was tried and what to install", async () => {
    const { setUp } = await sandbox(thorn(release), thorn(undefined, "briar"));

    await expect(obtainTools(setUp)).rejects.toThrow(
      `these tools of the rehearsal could not be obtained:
  thorn 1.2.3
    there already: no thorn on PATH; none in ${setUp.cache}
    release: 127.0.0.1:9 cannot be reached: bad port
    build: no go on PATH
  briar 1.2.3
    there already: no briar on PATH; none in ${setUp.cache}
    release: none with a known checksum for linux-amd64
    build: no go on PATH
To fix it: allow this machine to reach 127.0.0.1:9, or install Go 1.26.0 or newer (https://go.dev/dl) and let it download modules; then run the same command again.`,
    );
  });

  test("that can fetch a newer one, it says which is needed", async () => {
    const { bin, setUp } = await sandbox(thorn());
    await install(bin, "go", program("go version go1.19.8 linux/amd64"));

    await expect(obtainTools(setUp)).rejects.toThrow(`build: ${bin}/go is go1.19.8, older than go1.21`);
  });
});

describe("the catalogue", () => {
  const goMod = (folder: string) => fs.readFile(path.join(folder, "go.mod"), "utf8");

  test("has the versions that go.mod pins", async () => {
    for (const { goPackage, version, modules = thisMachine().modules } of catalogue)
      expectPinned(await goMod(modules), goPackage, version);
  });

  test.each([
    ["the current version", currentBuild],
    ["the minor version before", previousMinorBuild],
  ])("of the lab has the versions that go.mod pins, for %s", async (_, build) => {
    for (const name of ["kubeadm", "kube-proxy", "etcd", "etcdctl", "coredns", "portmap"] as const) {
      const { goPackage, version, modules } = programOf(build, name);
      expectPinned(await goMod(modules), goPackage, version);
    }
  });

  test("of the lab takes the rehearsal's program where it has the version", () => {
    const { modules: _, ...apiServer } = programOf(currentBuild, "kube-apiserver");
    expect(apiServer).toMatchObject(catalogue.find(({ name }) => name === "kube-apiserver")!);
    expect(programOf(nextPatchBuild, "kube-apiserver")).toMatchObject({
      version: nextPatchBuild.version,
      releases: {},
    });
  });

  test("has a whole checksum and an https address for each release", () => {
    for (const release of catalogue.flatMap((tool) => Object.values(tool.releases))) {
      expect(release.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(release.url).toMatch(/^https:/);
    }
  });
});

function expectPinned(goMod: string, goPackage: string, version: string): void {
  const module = goPackage.replace(/\/(cmd|plugins\/(main|ipam|meta))\/.*/, "");
  expect(goMod).toMatch(new RegExp(`^(require |\t)${module} v${version}( // indirect)?$`, "m"));
  expect(goMod).toMatch(new RegExp(`^(tool |\t)${goPackage}$`, "m"));
}
