import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/**
 * Largest bundle in KiB. A ConfigMap holds 1 MiB
 * (https://kubernetes.io/docs/concepts/configuration/configmap/), and its other fields count too.
 */
const maxKibibytes = 900;

/**
 * What the libraries load only for what the gateway does not do; half the bundle. The container has none of it:
 * loading it there is an error, which test/components/sensors/run.test.ts would meet.
 */
const unused = [
  // hot-shots: to speak to a Unix socket
  "unix-dgram",
  // Fastify: for JSON Schemas, its own log, and `inject`
  "@fastify/ajv-compiler",
  "@fastify/fast-json-stringify-compiler",
  "pino",
  "light-my-request",
];

/**
 * The sensor gateway (`gateway/`) and all that it needs as one CommonJS file for Node 24. The same sources
 * give the same bytes, wherever the repository lies and whatever the working directory is.
 *
 * @throws Error if it does not fit into a ConfigMap
 */
export function gatewayBundle(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    entryPoints: ["gateway/main.ts"],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    // Fastify and hot-shots are CommonJS and call `require`, which an ES module has not.
    format: "cjs",
    legalComments: "none",
    external: unused,
    write: false,
  });
  const text = outputFiles[0]?.text ?? "";
  const kibibytes = Math.ceil(Buffer.byteLength(text) / 1024);
  if (kibibytes > maxKibibytes) {
    throw new Error(
      `the sensor gateway's bundle has ${kibibytes} KiB; at most ${maxKibibytes} KiB fit into its ConfigMap: ` +
        "import less in gateway/",
    );
  }
  return text;
}
