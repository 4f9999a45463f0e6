import { styleText } from "node:util";
import type { Finding, Update } from "./find.ts";

/** What was found, for a terminal: what has security fixes first, then the rest; then what is not known. */
export function findingsText(findings: readonly Finding[]): string {
  const newer = findings.filter(({ state }) => state === "newer");
  const unsafe = findings.filter(({ security }) => security.length > 0);
  const rest = findings.filter(({ state, beyond, security, remarks }) => {
    return security.length === 0 && (state === "newer" || beyond !== undefined || remarks.length > 0);
  });
  const current = findings.filter(({ state }) => state === "current").length;
  const unknown = findings.filter(({ state }) => state === "unknown");
  return [
    ...(unsafe.length > 0 ? [styleText("red", "Security:"), ...table(unsafe), ""] : []),
    ...(rest.length > 0 ? ["Also newer:", ...table(rest), ""] : []),
    `${findings.length} pins: ${newer.length} with an update, ${current} current, ${unknown.length} not known.`,
    ...(unknown.length > 0 ? [`Not known: ${names(unknown)}.`] : []),
    ...(unknown.length === findings.length
      ? ["No source answered: whether anything is newer is not known."]
      : []),
    ...notAskedLines(findings),
  ].join("\n");
}

function table(findings: readonly Finding[]): string[] {
  const rows = findings.map(({ pin, state, update, beyond }) => [
    pin.name,
    pin.version,
    update?.version ?? (state === "current" ? "is the newest" : "not known"),
    update?.date ?? "",
    pin.file,
    beyond ? `there is also ${versionText(beyond)}` : "",
  ]);
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return findings.flatMap(({ security, remarks, pin, update }, index) => [
    `  ${(rows[index] ?? []).map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd(),
    ...security.map((why) => `      ${why}`),
    ...remarks.map((remark) => `      ${remark}`),
    ...(pin.byHand !== undefined && update
      ? [`      by hand: ${pin.byHand.replace("VERSION", update.version)}`]
      : []),
  ]);
}

function versionText({ version, date }: Update): string {
  return date === undefined ? version : `${version} of ${date}`;
}

function names(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ pin }) => pin.name))].join(", ");
}

/** Sources without an answer, by host: what each was asked for is in the URL. */
function notAskedLines(findings: readonly Finding[]): string[] {
  const byReason = new Map<string, Set<string>>();
  for (const { url, reason } of findings.flatMap(({ notAsked }) => notAsked)) {
    const key = `${new URL(url).host}: ${reason}`;
    byReason.set(key, (byReason.get(key) ?? new Set()).add(url));
  }
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(([key, urls]) => `  ${key} (${listOf([...urls])})`);
  return ["", styleText("yellow", "Not answered, so nothing is known of it:"), ...lines];
}

function listOf(urls: readonly string[]): string {
  const shown = urls.slice(0, 3).map((url) => new URL(url).pathname);
  return urls.length > shown.length
    ? `${shown.join(", ")} and ${urls.length - shown.length} more`
    : shown.join(", ");
}
