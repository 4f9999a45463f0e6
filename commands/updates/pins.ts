import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { repositoryOf } from "../../components/workload/images.ts";
import { formOf, tagOf } from "../../components/workload/versions.ts";
import { imageProjects, type Project, programs } from "./projects.ts";
import type { Source } from "./sources.ts";

/** A version that is written somewhere in the repository. */
export interface Pin extends Pick<Project, "byHand"> {
  /** `traefik`, `@pulumi/pulumi`. */
  readonly name: string;
  /** As written: `v3.7.18`, `1.36.3`. */
  readonly version: string;
  /** The whole image, with its tag and, if it has one, its digest. */
  readonly image?: string;
  /** The file, from the repository's folder. */
  readonly file: string;
  /** The text in the file that has the version. */
  readonly written: string;
  readonly source: Source;
  /** How many of a version's first numbers an update keeps. */
  readonly keeps: number;
}

/** The repository's own folder. */
export const repository = path.join(import.meta.dirname, "../..");

/**
 * Every version that bramble pins, and those in a stack's settings.
 *
 * @param stack `home` for stacks/Pulumi.home.yaml
 */
export function pinsOf(stack: string, folder = repository): Pin[] {
  const read = (file: string) => readFileSync(path.join(folder, file), "utf8");
  const glob = (pattern: string) => globSync(pattern, { cwd: folder }).toSorted();
  const images = [...glob("components/*/images.ts"), "components/board/packages.ts"];
  return [
    ...images.flatMap((file) => imagePins(file, read(file), /"([^\s"]+:[^\s"]*\d\.\d[^\s"]*)"/g)),
    ...settingsPins(`stacks/Pulumi.${stack}.yaml`, read(`stacks/Pulumi.${stack}.yaml`)),
    ...programPins("tools/catalogue.ts", read("tools/catalogue.ts")),
    ...[...glob("tools/**/go.mod"), ...glob("lab/modules/*/go.mod"), ...glob("test/*/go.mod")].flatMap(
      (file) => modulePins(file, read(file)),
    ),
    ...packagePins("package.json", read("package.json")),
    ...esphomePins("commands/esphome/requirements.txt", read("commands/esphome/requirements.txt")),
  ];
}

function imagePins(file: string, text: string, images: RegExp): Pin[] {
  const found = new Set([...text.matchAll(images)].map(([, image = ""]) => image));
  return [...found].flatMap((image) => {
    const version = tagOf(image);
    // An image by its digest alone has no version.
    if (!/\d\.\d/.test(version)) return [];
    const id = repositoryOf(image);
    const { source, keeps = 1, byHand } = imageProjects[id] ?? {};
    const tags: Source = { at: "registry", id, form: formOf(version) };
    const name = id.replace(/^.*\//, "");
    return [{ name, version, image, file, written: image, source: source ?? tags, keeps, byHand }];
  });
}

function settingsPins(file: string, text: string): Pin[] {
  const images = imagePins(file, text, /\bimage:\s*["']?([^\s"',}#]+:[^\s"',}#]*\d\.\d[^\s"',}#]*)/g);
  const [written, version = ""] = /\bversion:\s*["']?(1\.\d+\.\d+)\b/.exec(text) ?? [];
  if (written === undefined) return images;
  const { source, keeps = 1 } = programs.kubernetesVersion ?? { source: { at: "node" } };
  return [...images, { name: "kubernetes", version, file, written, source, keeps }];
}

function programPins(file: string, text: string): Pin[] {
  return Object.entries(programs).map(([constant, { name, source, keeps = 1, byHand }]) => {
    const [written = "", version = ""] = new RegExp(`\\b${constant} = "([\\d.]+)"`).exec(text) ?? [];
    return { name, version, file, written, source, keeps, byHand };
  });
}

/** The modules of a go.mod that are there for a program, and not for another module. */
function modulePins(file: string, text: string): Pin[] {
  const programsOf = /^tool \(\n[^)]*\)|^tool .*$/m.exec(text)?.[0].replaceAll(/^tool|[()]/gm, "") ?? "";
  const wanted = programsOf.split("\n").map((line) => line.trim());
  const required = [
    ...text.matchAll(/^(?:require )?\t?(\S+\.\S+\/\S+) v(\d+\.\d+\.\d+)(?: \/\/ indirect)?$/gm),
  ];
  return required
    .filter(([, id = ""]) => wanted.some((line) => line === id || line.startsWith(`${id}/`)))
    .map(([written, id = "", version = ""]) => ({
      name: id,
      version,
      file,
      written,
      source: { at: "go", id },
      keeps: id === "k8s.io/kubernetes" || id.startsWith("go.etcd.io/") ? 2 : 1,
      byHand: `go -C ${path.dirname(file)} get ${id}@vVERSION`,
    }));
}

function packagePins(file: string, text: string): Pin[] {
  const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>;
  const pins = (packages: Record<string, string> = {}, option = "") =>
    Object.entries(packages).map(([id, version]) => ({
      name: id,
      version,
      file,
      written: `"${id}": "${version}"`,
      source: { at: "npm" as const, id },
      keeps: 0,
      byHand: `npm install --save-exact ${option}${id}@VERSION`,
    }));
  return [...pins(dependencies), ...pins(devDependencies, "--save-dev ")];
}

function esphomePins(file: string, text: string): Pin[] {
  const [written = "", version = ""] = /^esphome==(\S+)$/m.exec(text) ?? [];
  // Its first number is the year.
  const byHand = "with all packages that it needs, in commands/esphome/requirements.txt";
  return [
    { name: "esphome", version, file, written, source: { at: "pypi", id: "esphome" }, keeps: 0, byHand },
  ];
}
