// The board for arm64 in a lab of boards for amd64: what it starts from, and what is tried of it.
import { readFileSync } from "node:fs";
import { type Architecture, arm64Emulator } from "./architecture.ts";
import type { Surroundings } from "./built.ts";
import { kubectl, type Finding, until } from "./checks.ts";
import { virtualBoardImage, type VirtualBoardImage } from "./image.ts";
import { missingPrograms } from "./machine.ts";
import type { VirtualBoard } from "./virtualBoard.ts";

/** Seconds until what takes a board with a real processor a minute has failed on an emulated one. */
export const emulatedLimit = 1800;

/** Why no board for arm64 can be started here, in one line that says what to do; undefined if one can. */
export function arm64Fault(): Promise<string | undefined> {
  return missingPrograms("boards for arm64 need", {
    "qemu-system-aarch64": "qemu-system-arm",
    [arm64Emulator]: "qemu-user-static",
  });
}

/** Why a lab can't be like this with a board for arm64; undefined if it can. */
export function arm64Error(lab: {
  boards: number | undefined;
  controlPlanes: number | undefined;
  home: boolean;
  faults: readonly string[];
}): string | undefined {
  if (lab.home) return "--arm64 has no apps, and --home is about them; omit one of them";
  if (lab.faults.length > 0) return "--arm64 is too slow for --fault; omit one of them";
  if ((lab.controlPlanes ?? 1) < (lab.boards ?? 2)) return undefined;
  return "--arm64 makes the last board a worker for arm64, but all boards are control planes";
}

/** The image of boards for arm64, which let in the same key as those of the image for amd64. */
export async function arm64Image(
  { privateKeyPath }: VirtualBoardImage,
  surroundings: Surroundings,
): Promise<VirtualBoardImage> {
  return { ...(await virtualBoardImage(surroundings, "arm64")), privateKeyPath };
}

/** Processes of pods that are on every worker. */
const onEveryWorker = ["flanneld", "kube-proxy", "pause"];

/** Whether the cluster takes a board for arm64 for what it is, and whatever runs in its pods is for arm64. */
export async function arm64Works(first: VirtualBoard, board: VirtualBoard, name: string): Promise<Finding[]> {
  const asked = `get node ${name} -o 'jsonpath={.status.nodeInfo.architecture}'`;
  const node = await until(
    60,
    () => kubectl(first, asked),
    (seen) => seen === "arm64",
  );
  const input = readFileSync(new URL("podPrograms.sh", import.meta.url), "utf8");
  const look = () => board.ssh("sudo sh -s", { input });
  const isRight = (seen: string) => areFor("arm64", seen);
  return [
    { what: `${name} is a node for arm64`, ...node },
    { what: `all programs in pods on ${name} are for arm64`, ...(await until(60, look, isRight)) },
  ];
}

/** Whether podPrograms.sh found processes of this architecture and no other, those on every worker among them. */
export function areFor(architecture: Architecture, seen: string): boolean {
  const programs = seen
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const names = programs.map(([name]) => name);
  return (
    programs.every(([, found]) => found === architecture) &&
    onEveryWorker.every((name) => names.includes(name))
  );
}
