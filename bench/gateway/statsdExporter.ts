// What the gateway is held against.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findBuilt, type Recipe, runOrThrow } from "../../lab/built.ts";
import { findGo } from "../../tools/build.ts";

const modules = fileURLToPath(new URL("statsdExporter", import.meta.url));

/** Prometheus' statsd_exporter, which parses DogStatsD, from the module that go.mod pins. */
export const statsdExporter: Recipe = {
  name: "statsd-exporter",
  ingredients: ["go.mod", "go.sum"].map((file) => readFileSync(path.join(modules, file), "utf8")),
  build: async (folder, surroundings) => {
    const go = await findGo(process.env.PATH ?? "");
    const file = path.join(folder, "statsd_exporter");
    await runOrThrow(go.file, ["build", "-trimpath", "-o", file, "github.com/prometheus/statsd_exporter"], {
      ...surroundings,
      cwd: modules,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly" },
    });
  },
};

/** statsd_exporter's path, or undefined. */
export function findStatsdExporter(): string | undefined {
  const folder = findBuilt(statsdExporter);
  return folder && path.join(folder, "statsd_exporter");
}
