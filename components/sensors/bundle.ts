import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/**
 * Largest bundle in KiB. A ConfigMap holds 1 MiB
 * (https://kubernetes.io/docs/concepts/configuration/configmap/), and its other fields count too.
 */
const maxKibibytes = 900;

/**
 * The sensor gateway (`gateway/`) and all that it needs as one CommonJS file for Node 24. The same sources
 * give the same bytes, wherever the repository lies and whatever the working directory is.
 *
 * @param entryPoint what it runs, below the repository
 * @throws Error if it does not fit into a ConfigMap
 */
export function gatewayBundle(entryPoint = "gateway/main.ts"): string {
  const { outputFiles } = buildSync({
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    legalComments: "none",
    write: false,
  });
  const text = outputFiles[0]?.text ?? "";
  const kibibytes = Math.ceil(Buffer.byteLength(text) / 1024);
  if (kibibytes > maxKibibytes) {
    throw new Error(
      `the sensor gateway's bundle has ${kibibytes} KiB, but its ConfigMap can hold ${maxKibibytes} KiB: ` +
        "import less in gateway/",
    );
  }
  return text;
}
