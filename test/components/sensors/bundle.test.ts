import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { gatewayBundle } from "../../../components/sensors/bundle.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

afterEach(() => {
  vi.doUnmock("esbuild");
  vi.resetModules();
});

describe("gatewayBundle", () => {
  it("gives the same bytes in another process and working directory", () => {
    const module = new URL("../../../components/sensors/bundle.ts", import.meta.url).href;
    const program = `import { gatewayBundle } from ${JSON.stringify(module)}; process.stdout.write(gatewayBundle());`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: tmpdir(),
      maxBuffer: 2 ** 21,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(gatewayBundle() === stdout).toBe(true);
  });

  it("holds no path of this machine", () => {
    const bundle = gatewayBundle();
    expect(bundle).not.toContain(repository.slice(0, -1));
    expect(bundle).not.toContain("node_modules/");
  });

  it("says so if it does not fit into a ConfigMap", async () => {
    vi.resetModules();
    vi.doMock("esbuild", () => ({
      buildSync: () => ({ outputFiles: [{ text: "x".repeat(900 * 1024 + 1) }] }),
    }));
    const bundle = await import("../../../components/sensors/bundle.ts");
    expect(() => bundle.gatewayBundle()).toThrow("has 901 KiB, but its ConfigMap can hold 900 KiB");
  });
});
