// Text for messages.

/** The last lines of a program's output that are not blank, at most `count`, without trailing spaces. */
export function lastLines(output: string, count: number): string {
  const lines = output.split(/[\r\n]+/).map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== "")
    .slice(-count)
    .join("\n");
}

/**
 * What an error says, with the cause that fetch hides: "fetch failed" alone helps nobody. A connection which
 * was tried over several addresses has one cause for each, mostly the same.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  // fetch's own errors are TypeErrors; other errors with a cause say more than it.
  return error instanceof TypeError && error.cause !== undefined ? reasonOf(error.cause) : error.message;
}
