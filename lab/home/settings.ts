// The settings of stacks/Pulumi.home.yaml, with what virtual boards need to be otherwise.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Document, parseDocument } from "yaml";
import { capacityOf, type ModelName, models } from "../../components/board/models.ts";
import { boardAddress, gatewayAddress } from "../addresses.ts";
import type { LabSettings } from "../settings.ts";

/** What the lab has in place of the internet. */
export interface HomeSurroundings {
  /** Where certificates come from: url of the ACME directory, and the CA of its own https, in PEM. */
  readonly acme: { readonly directory: string; readonly ca: string };
  /** Sections of the settings that the lab can't run, each with the reason. */
  readonly without: Readonly<Record<string, string>>;
}

/** Who logs in to pages that have no login of their own. */
export const owner = "owner";
/** Addresses from which the sensors of the lab's home send by UDP. */
export const sensorNetwork = "10.77.0.0/24";

const read = () => readFileSync(new URL("../../stacks/Pulumi.home.yaml", import.meta.url), "utf8");

/** Which of the home's boards the entrance is on, from 1. */
export function placeOfEntrance(): number {
  const { config } = parseDocument(read()).toJS() as {
    config: { "bramble:boards": HomeBoard[]; "bramble:ingress": { board: string } };
  };
  const { board } = config["bramble:ingress"];
  return config["bramble:boards"].findIndex(({ name }) => name === board) + 1;
}

interface HomeBoard {
  name: string;
  model: ModelName;
}

/** The lab's home: its settings, and how they differ from those in the repository. */
export function homeSettings(surroundings: HomeSurroundings): { settings: LabSettings; diff: string } {
  const text = read();
  const document = parseDocument(text);
  change(document, surroundings);
  const { config } = document.toJS() as { config: Record<string, unknown> };
  const own = Object.entries(config).map(([key, value]) => [key.replace(/^bramble:/, ""), value]);
  const changed = document.toString({ lineWidth: 0 });
  return {
    settings: { cluster: {}, ...Object.fromEntries(own) } as LabSettings,
    diff: differences(parseDocument(text).toString({ lineWidth: 0 }), changed),
  };
}

function change(document: Document, { acme, without }: HomeSurroundings): void {
  const set = (value: unknown, ...keys: (string | number)[]) => document.setIn(["config", ...keys], value);
  const get = (...keys: (string | number)[]) => document.getIn(["config", ...keys]);
  for (const section of Object.keys(without)) document.deleteIn(["config", `bramble:${section}`]);
  const { "bramble:boards": boards } = (document.toJS() as { config: { "bramble:boards": HomeBoard[] } })
    .config;
  const backup = get("bramble:backup", "board");
  for (const [i, { name, model }] of boards.entries()) {
    const at = (key: string) => ["bramble:boards", i, key] as const;
    document.deleteIn(["config", ...at("model")]);
    set(ramLike(models[model].capacity), ...at("ram"));
    set(1, ...at("cores"));
    set("amd64", ...at("arch"));
    set(boardAddress(i + 1), ...at("host"));
    // Its backups outlive every card.
    if (name === backup) set(document.createNode({ id: "virtio-lab-disk" }), ...at("disk"));
  }
  set(document.createNode({ gateway: gatewayAddress }), "bramble:cards");
  set(document.createNode({ user: owner }), "bramble:ingress", "login");
  const authority = { challenge: "http01", directory: acme.directory, directoryCa: acme.ca };
  set(document.createNode(authority), "bramble:ingress", "acme");
  if (get("bramble:datadog") !== undefined) set("0".repeat(32), "bramble:datadog", "apiKey");
  if (get("bramble:sensors") !== undefined)
    set(document.createNode([sensorNetwork]), "bramble:sensors", "networks");
}

/**
 * RAM in MiB of a board without a model that leaves its kernel as much. A virtual board is no model of a Raspberry Pi,
 * of which more is known than of any other board of its size.
 */
function ramLike(capacity: number): number {
  let ram = capacity;
  while (capacityOf(ram) < capacity) ram++;
  return ram;
}

/** What a unified diff has between its headings and its end, without certificates. */
function differences(before: string, after: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "bramble-home-"));
  try {
    writeFileSync(path.join(folder, "home"), before);
    writeFileSync(path.join(folder, "lab"), after);
    execFileSync("diff", ["--unified=0", "home", "lab"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return "";
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: Buffer };
    if (status !== 1 || stdout === undefined) throw error;
    const lines = stdout.toString().split("\n").slice(2);
    return lines.filter((line) => /^[+-]/.test(line) && !/^\+ +[A-Za-z0-9+/=]+$/.test(line)).join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
