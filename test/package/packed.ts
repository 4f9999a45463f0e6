import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../package/build.ts";
import { run } from "../../tools/run.ts";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** What of the package's own package.json the tests read. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** An empty project of somebody else's, in which the packed package is installed. */
export class PackedProject implements Disposable {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "bramble-package-"));
  /** The package as npm packed it. */
  tarball = "";

  /** Builds the package, packs and installs it. Its dependencies are those of this repository: no registry is asked. */
  static async create(): Promise<PackedProject> {
    const project = new PackedProject();
    const dist = project.at("dist");
    await buildPackage(dist);
    const pack = ["pack", dist, "--pack-destination", project.folder, "--ignore-scripts", "--offline"];
    await project.succeed("npm", pack);
    const [packed = ""] = fs.readdirSync(project.folder).filter((name) => name.endsWith(".tgz"));
    project.tarball = project.at(packed);
    fs.mkdirSync(project.installed, { recursive: true });
    await project.succeed("tar", ["-xzf", project.tarball, "-C", project.installed, "--strip-components=1"]);
    fs.rmSync(dist, { recursive: true });
    const { dependencies, peerDependencies } = project.manifest;
    // The rest is what every Pulumi program in TypeScript has.
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/node"]) {
      const link = project.at("node_modules", name);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(path.join(modules, name), link);
    }
    project.write("package.json", JSON.stringify({ name: "other", type: "module", private: true }));
    return project;
  }

  at(...parts: readonly string[]): string {
    return path.join(this.folder, ...parts);
  }

  get installed(): string {
    return this.at("node_modules/bramble-components");
  }

  get manifest(): Manifest {
    return JSON.parse(fs.readFileSync(path.join(this.installed, "package.json"), "utf8")) as Manifest;
  }

  /** Entry points as a program imports them. */
  get entryPoints(): string[] {
    const { name, exports } = this.manifest;
    return Object.keys(exports)
      .filter((key) => !key.endsWith(".json"))
      .map((key) => key.replace(".", name));
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(this.at(file)), { recursive: true });
    fs.writeFileSync(this.at(file), text);
  }

  /** Runs plain Node, which compiles nothing. */
  node(...args: readonly string[]): Promise<string> {
    return this.succeed(process.execPath, ["--no-experimental-strip-types", ...args]);
  }

  /** tsc's complaints about the project; empty if there are none. */
  async typeErrors(): Promise<string> {
    const tsc = path.join(modules, "typescript/bin/tsc");
    const { output } = await run(process.execPath, [tsc, "-p", this.folder], { cwd: this.folder });
    return output;
  }

  /** @throws Error with what the program said, unless it ends with 0 */
  private async succeed(command: string, args: readonly string[]): Promise<string> {
    const { ended, output } = await run(command, args, { cwd: this.folder });
    if (ended !== 0) throw new Error(`${command} ended with ${ended}\n${output}`);
    return output;
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}
