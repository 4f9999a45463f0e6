// Makes the package of components and policies: JavaScript and types by tsc, what they read beside themselves, and a
// package.json with the entry points and the dependencies that the code has.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { gatewayBundle } from "../components/sensors/bundle.ts";
import { run } from "../tools/run.ts";
import root from "../package.json" with { type: "json" };
import own from "./package.json" with { type: "json" };

const repository = fileURLToPath(new URL("..", import.meta.url));
/** Where it is built, to be packed with `npm pack`. */
const dist = path.join(import.meta.dirname, "dist");

/** Read beside a component, or by Pulumi beside the policies. */
const besideCode = [
  "components/**/*.{sh,mjs}",
  "policy/{PulumiPolicy.yaml,package.json,README.md}",
  "policy/sets/*.json",
  "plugin/schema.json",
];
const atRoot = [
  ...["LICENSE", "package/README.md", "package/CHANGELOG.md"],
  // Makes the package's folder a Pulumi plugin, which is what other languages use.
  "plugin/PulumiPlugin.yaml",
];
/** Only some entry points need them. */
const optional = ["@pulumi/cloudflare", "@pulumi/datadog", "@pulumi/policy"];

/**
 * Builds the package.
 *
 * @param folder where to; what is there is removed
 * @throws Error with what tsc says
 */
export async function buildPackage(folder = dist): Promise<void> {
  fs.rmSync(folder, { recursive: true, force: true });
  const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
  const project = path.join(import.meta.dirname, "tsconfig.json");
  const { ended, output } = await run(process.execPath, [tsc, "-p", project, "--outDir", folder]);
  if (ended !== 0) throw new Error(`tsc ended with ${ended}\n${output}`);
  for (const file of fs.globSync(besideCode, { cwd: repository })) copy(file, path.join(folder, file));
  for (const file of atRoot) copy(file, path.join(folder, path.basename(file)));
  fs.writeFileSync(path.join(folder, "components/sensors/gateway.cjs"), gatewayBundle());
  // What Pulumi loads: the plugin, by its folder. There is no import of it by name.
  fs.writeFileSync(path.join(folder, "index.js"), 'import "./plugin/main.js";\n');
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest(folder), null, 2)}\n`);
}

/** The parts that other programs import, by the ends of their entry points: `board`, `policy`. */
export function entryPoints(): Record<string, string> {
  const files = fs.globSync(["components/*/index.ts", "policy/index.ts"], { cwd: repository }).toSorted();
  return Object.fromEntries(files.map((file) => [path.basename(path.dirname(file)), file.slice(0, -3)]));
}

function manifest(folder: string) {
  const { publishConfig, ...described } = own;
  const files = Object.entries(entryPoints());
  const wanted = importedPackages(folder);
  const peers = wanted.filter((name) => name.startsWith("@pulumi/"));
  const others = wanted.filter((name) => !peers.includes(name));
  return {
    ...described,
    ...repositoryOf(process.env),
    exports: {
      ...Object.fromEntries(
        files.map(([name, file]) => [`./${name}`, { types: `./${file}.d.ts`, default: `./${file}.js` }]),
      ),
      "./package.json": "./package.json",
    },
    // For `moduleResolution: node`, which Pulumi's templates have and which knows no exports.
    typesVersions: { "*": Object.fromEntries(files.map(([name, file]) => [name, [`./${file}.d.ts`]])) },
    imports: { "#gateway-bundle": "./components/sensors/shippedBundle.js" },
    dependencies: ranges(others),
    // A program has one SDK, and its own.
    peerDependencies: ranges(peers),
    peerDependenciesMeta: Object.fromEntries(optional.map((name) => [name, { optional: true }])),
    publishConfig,
  };
}

/** npm proves where a package was built only if it says so itself. */
function repositoryOf({ GITHUB_REPOSITORY: name }: NodeJS.ProcessEnv) {
  return name === undefined
    ? {}
    : { repository: { type: "git", url: `git+https://github.com/${name}.git`, directory: "package" } };
}

/** Packages that the code or its types import. */
function importedPackages(folder: string): string[] {
  const files = fs.globSync("{components,gateway,plugin,policy}/**/*.{js,d.ts}", { cwd: folder });
  const specifiers = files.flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(fs.readFileSync(path.join(folder, file), "utf8"), true, true);
    return importedFiles.map(({ fileName }) => fileName);
  });
  const names = specifiers
    .filter((specifier) => !/^(\.|#|node:)/.test(specifier))
    .map((specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
  return [...new Set(names)].sort();
}

/** What works with the versions that bramble itself has. */
function ranges(names: readonly string[]): Record<string, string> {
  const versions: Readonly<Record<string, string>> = root.dependencies;
  return Object.fromEntries(
    names.map((name) => {
      const version = versions[name];
      if (version === undefined) throw new Error(`${name} is imported, but is no dependency of bramble's`);
      return [name, `^${version}`];
    }),
  );
}

function copy(file: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(path.join(repository, file), to);
}

if (import.meta.main) await buildPackage();
