import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkBoard, type Finding } from "./check.ts";
import { type ExportedStack, phasesToMend, promisedBoards, withDrift } from "./promises.ts";

const usage =
  "npm run drift -- STACK    compares each board with its desired state of the last `pulumi up`: npm run drift -- home";

/** Runs Pulumi's CLI on a stack: its output, or an Error with what it said. */
export type Pulumi = (args: readonly string[], input?: string) => string;

/**
 * The command line of the drift check. What does not hold is noted in the stack's state, so that the next
 * `pulumi up` mends it.
 *
 * @returns the exit code: 0 if every board is as promised, 1 if one is not or can't be looked at, 2 on wrong
 *   arguments
 */
export async function main(args: readonly string[], pulumi = pulumiOf(args[0] ?? "")): Promise<number> {
  if (args.length !== 1 || args[0]?.startsWith("-")) {
    console.error(usage);
    return 2;
  }
  const boards = promisedBoards(exported(pulumi, "--show-secrets"));
  if (boards.length === 0) console.log("The stack has no boards that pulumi up has set up yet.");
  const findings = await Promise.all(boards.map(checkBoard));
  for (const finding of findings) console.log(report(finding));
  const drifted = findings.flatMap((finding) => finding.drifted);
  const urns = phasesToMend(
    boards.flatMap(({ phases }) => phases),
    drifted,
  ).map(({ urn }) => urn);
  if (urns.length > 0) {
    pulumi(["stack", "import"], JSON.stringify(withDrift(exported(pulumi), urns)));
    console.log(`To fix this, run: npx pulumi up -s ${args[0] ?? ""}`);
  }
  return findings.every((one) => one.drifted.length === 0 && one.troubles.length === 0) ? 0 : 1;
}

function exported(pulumi: Pulumi, ...options: string[]): ExportedStack {
  return JSON.parse(pulumi(["stack", "export", ...options])) as ExportedStack;
}

function report({ board, differences, troubles }: Finding): string {
  if (board.dead) return `${board.name}: dead, not checked`;
  const lines = [...differences, ...troubles];
  if (lines.length === 0) return `${board.name}: no drift`;
  return [`${board.name}:`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function pulumiOf(stack: string): Pulumi {
  const launcher = fileURLToPath(new URL("../../node_modules/.bin/pulumi", import.meta.url));
  return (args, input) => {
    const all = [...args, "--stack", stack, "--non-interactive"];
    // A state of many boards is some megabytes.
    const limits = { maxBuffer: 2 ** 28 };
    const { status, stdout, stderr, error } = spawnSync(launcher, all, {
      input,
      encoding: "utf8",
      ...limits,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`pulumi ${all.join(" ")} failed:\n${stderr.trim()}`);
    return stdout;
  };
}
