import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Deployment } from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";
import { stepCommand } from "../../../components/board/boardStep.ts";
import { assignments } from "../../../components/board/shell.ts";
import { lastLines } from "../../../tools/lines.ts";
import { type BoardShell, sshFailed, withBoardShell } from "../../drift/boardShell.ts";
import { type DeployedBoard, deployedBoards } from "../../drift/steps.ts";
import { keyEnd } from "./openPgp.ts";

/** What ends by kind: who renews it, and how many days before its end that should have happened by now. */
export const renewals = {
  kubeadm: { by: "the timer bramble-certificates, 30 days before", late: 28 },
  kubelet: { by: "the kubelet, when 10 to 30 % are left", late: 28 },
  kubeconfig: { by: "pulumi up, twice a year", late: 60 },
  entrance: { by: "Traefik, 30 days before", late: 25 },
  token: { by: "nobody: a board joins with it", late: 0 },
  key: { by: "the project; boards take the new one from its URL", late: 14 },
  authority: {
    by: "you: https://kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates/",
    late: 365,
  },
} as const;
type Kind = keyof typeof renewals;

/** Something that ends. */
export interface Ending {
  readonly kind: Kind | "board";
  readonly name: string;
  /** Name of the board that it was read on; undefined if it is in the stack. */
  readonly board?: string | undefined;
  /** When; `never`; or why that is not known. */
  readonly end: Date | "never" | { readonly unknown: string };
}

/** A board that needs a reboot. */
export interface RebootDue {
  readonly board: string;
  readonly since: string;
  readonly packages: string;
}

/** What ends where, and which boards need a reboot. */
export interface Overview {
  readonly endings: readonly Ending[];
  readonly reboots: readonly RebootDue[];
}

/** Seconds. */
const timeLimit = 60;

const script = [
  new URL("../../../components/kubeadm/scripts/pki.sh", import.meta.url),
  new URL("expiry.sh", import.meta.url),
]
  .map((file) => readFileSync(file, "utf8"))
  .join("");

/**
 * Reads what ends in a stack and on its boards. What can't be read is among the rows with the reason.
 *
 * @param exported the stack's state, with its secrets
 * @param kubeconfig the one that the stack has put out; undefined if it has none
 */
export async function endings(
  exported: Deployment,
  kubeconfig: string | undefined,
  signal: AbortSignal,
): Promise<Overview> {
  const boards = deployedBoards(exported).filter(({ dead }) => !dead);
  const looks = await Promise.all(boards.map((board) => withBoardShell((run) => look(board, run), signal)));
  const onBoards = looks.flatMap((each) => each.endings);
  const own: Ending[] =
    kubeconfig === undefined
      ? []
      : [{ kind: "kubeconfig", name: "the stack's kubeconfig", end: kubeconfigEnd(kubeconfig) }];
  return { endings: [...own, ...once(onBoards)], reboots: looks.flatMap((each) => each.reboots) };
}

async function look(board: DeployedBoard, run: BoardShell): Promise<Overview> {
  const [step] = board.steps;
  const unread = (unknown: string): Overview => ({
    endings: [{ kind: "board", name: "everything on it", board: board.name, end: { unknown } }],
    reboots: [],
  });
  if (!step) return unread("pulumi up has run nothing on it");
  const { connection } = step;
  const command = stepCommand({ asRoot: true, timeLimit }, connection.user, "check");
  const { status, stdout, stderr } = await run({
    connection,
    command,
    script: assignments({ ACME: acmeFile(board) }) + script,
  });
  const found = rowsOf(board.name, stdout);
  if (status === 0 && found) return found;
  const why = status === sshFailed ? "it can't be reached" : `status ${status}`;
  return unread(`${why}: ${lastLines(stderr.trim(), 1)}`);
}

/** The rows of expiry.sh; undefined if it has not come to its end. A login shell may print lines of its own. */
export function rowsOf(board: string, stdout: string): Overview | undefined {
  const rows = stdout.split("\n").map((line) => line.split("\t"));
  if (!rows.some(([kind]) => kind === "complete")) return undefined;
  const found: Ending[] = [];
  const reboots: RebootDue[] = [];
  for (const [kind = "", name = "", value = ""] of rows) {
    if (kind === "reboot") reboots.push({ board, since: value.replace(/^end /, ""), packages: name });
    if (!(kind in renewals)) continue;
    const [what, ...rest] = value.split(" ");
    found.push({ kind: kind as Kind, name, board, end: endOf(what, rest.join(" ")) });
  }
  return { endings: found, reboots };
}

function endOf(what = "", said = ""): Ending["end"] {
  if (what === "key") return keyEndOf(said);
  if (what !== "end") return { unknown: said };
  if (said === "never") return "never";
  const date = new Date(said);
  return Number.isNaN(date.getTime()) ? { unknown: `"${said}" is no date` } : date;
}

function keyEndOf(base64: string): Ending["end"] {
  try {
    return keyEnd(Buffer.from(base64, "base64")) ?? "never";
  } catch (error) {
    return { unknown: error instanceof RangeError ? "it is cut off" : (error as Error).message };
  }
}

/** When a kubeconfig's certificate ends. */
export function kubeconfigEnd(kubeconfig: string): Ending["end"] {
  try {
    const { users } = parse(kubeconfig) as { users: { user: Record<string, string> }[] };
    const certificate = users[0]?.user["client-certificate-data"];
    if (certificate === undefined) return { unknown: "it has no certificate" };
    return new X509Certificate(Buffer.from(certificate, "base64")).validToDate;
  } catch {
    // The parser's own words would quote a line of it.
    return { unknown: "it can't be read" };
  }
}

/** Tokens are the cluster's: every control plane tells of the same. */
function once(all: readonly Ending[]): Ending[] {
  const tokens = new Map(all.filter(({ kind }) => kind === "token").map((each) => [each.name, each]));
  const others = all.filter(({ kind }) => kind !== "token");
  return [...others, ...[...tokens.values()].map(({ board: _, ...token }) => token)];
}

/** Where Traefik keeps its certificates on a board, by what the phase `data` made for it there. Empty: nowhere. */
export function acmeFile({ steps }: DeployedBoard): string {
  const text = steps.find(({ step }) => step === "data")?.script ?? "";
  const [, folders = ""] = /^FOLDERS='([^']*)'/m.exec(text) ?? [];
  const folder = folders.split("\n").find((line) => line.startsWith("traefik-acme "));
  return folder === undefined ? "" : `${folder.split(" ")[2] ?? ""}/acme.json`;
}
