// What somebody sees who opens a url of the home: in the living room, or far away.
import { execa } from "execa";
import { lastLines } from "../../tools/lines.ts";

/** Somewhere from which the home is looked at. */
export interface Place {
  /** The program and arguments that run a command there. */
  readonly enter: readonly string[];
}

/** How a url is asked for. */
export interface Browsing {
  /** File with the root that certificates must lead to. Default: any certificate will do. */
  readonly root?: string | undefined;
  /** `name:password` for a login. Default: none. */
  readonly login?: string | undefined;
  readonly method?: "GET" | "POST" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** What came back. */
export interface Answer {
  /** Status of the answer; 0 if there was none. */
  readonly status: number;
  /** Version of HTTP: `1.1`, `2`. */
  readonly version: string;
  /** Where it sends the browser. */
  readonly location: string;
  readonly body: string;
  readonly seconds: number;
  /** Why there was no answer, or an empty text. */
  readonly error: string;
}

interface Written {
  http_code: number;
  http_version: string;
  redirect_url: string | null;
  time_total: number;
  errormsg: string | null;
}

/** Asks for a url as a browser does. That nobody answers is an answer. */
export async function browse({ enter }: Place, url: string, how: Browsing = {}): Promise<Answer> {
  // By curl's own file on standard input: passwords stand in no command line.
  const config = [
    ["url", url],
    ["request", how.method ?? "GET"],
    ...(how.root === undefined ? [] : [["cacert", how.root]]),
    ...(how.login === undefined ? [] : [["user", how.login]]),
    ...(how.body === undefined ? [] : [["data-binary", how.body]]),
    ...Object.entries(how.headers ?? {}).map(([name, value]) => ["header", `${name}: ${value}`]),
    ["write-out", "\n%{json}"],
  ].map(([key = "", value = ""]) => `${key} = ${JSON.stringify(value)}`);
  const flags = [
    "--silent",
    "--globoff",
    "--max-time",
    "30",
    ...(how.root === undefined ? ["--insecure"] : []),
  ];
  const [first, ...rest] = [...enter, "curl", ...flags, "--config", "-"];
  const { stdout, stderr } = await execa(first, rest, { input: config.join("\n"), reject: false });
  const end = stdout.lastIndexOf("\n");
  try {
    const written = JSON.parse(stdout.slice(end + 1)) as Written;
    return {
      status: written.http_code,
      version: written.http_version,
      location: written.redirect_url ?? "",
      body: stdout.slice(0, Math.max(0, end)),
      seconds: written.time_total,
      error: written.errormsg ?? "",
    };
  } catch {
    throw new Error(`curl said no JSON:\n${lastLines(stdout + stderr, 5)}`);
  }
}

/** An answer in a few words, for a finding. */
export function inShort({ status, version, location, error }: Answer): string {
  if (status === 0) return error;
  return [`${status} by HTTP/${version}`, location].filter(Boolean).join(" to ");
}
