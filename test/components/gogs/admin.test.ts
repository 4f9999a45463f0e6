import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const script = new URL("../../../components/gogs/admin.sh", import.meta.url).pathname;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gogs-admin-"));
  writeFileSync(join(directory, "password"), "a secret with spaces");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const serving = `trap 'echo ended >> "$LOG"; exit 0' TERM
  echo serving >> "$LOG"
  while :; do sleep 0.05; done`;

/**
 * Runs admin.sh with a stand-in for Gogs: `web` ends at once or serves, and `create-user` answers as told. The
 * stand-in for curl finds it serving as long as `web` runs.
 */
function run(options: { web?: string; createUser: string }) {
  const { web = serving, createUser } = options;
  const log = join(directory, "log");
  const put = (name: string, body: string) => {
    const file = join(directory, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  put("curl", `grep -q serving "$LOG" 2>/dev/null`);
  const gogs = put(
    "gogs",
    `case $1 in web) ${web} ;; admin) printf '%s\\n' "$*" >> "$LOG"; ${createUser} ;; esac`,
  );
  const { status, stdout, stderr } = spawnSync(
    "sh",
    [script, "app.ini", "gogs-admin", "gogs-admin@example.com", join(directory, "password")],
    {
      encoding: "utf8",
      timeout: 15_000,
      env: {
        PATH: `${directory}:${process.env.PATH ?? ""}`,
        HOME: join(directory, "home"),
        GOGS: gogs,
        GOGS_URL: "http://127.0.0.1:9",
        LOG: log,
      },
    },
  );
  return { status, stdout, stderr, calls: () => readFileSync(log, "utf8").trim().split("\n") };
}

it("has Gogs make its tables before it creates the administrator", () => {
  const { status, stdout, calls } = run({ createUser: "exit 0" });
  expect(status).toBe(0);
  expect(stdout).toContain("Administrator gogs-admin created.");
  expect(calls()).toEqual([
    "serving",
    "ended",
    "admin create-user --config app.ini --admin --name gogs-admin --email gogs-admin@example.com" +
      " --password a secret with spaces",
  ]);
});

it.for(["user already exists: map[name:gogs-admin]", "email has been used: map[email:…]"])(
  "is content with: %s",
  (said) => {
    const { status, stdout } = run({ createUser: `echo '${said}' >&2; exit 1` });
    expect(status).toBe(0);
    expect(stdout).toContain("already exists");
  },
);

it("fails with what Gogs said of anything else", () => {
  const { status, stderr } = run({ createUser: "echo 'database is locked' >&2; exit 1" });
  expect(status).toBe(1);
  expect(stderr).toContain("database is locked");
});

it("fails where Gogs does not come up, and creates nobody", () => {
  const { status, stderr, calls } = run({ web: `echo "web" >> "$LOG"; exit 3`, createUser: "exit 0" });
  expect(status).toBe(1);
  expect(stderr).toContain("Gogs exited before it answered");
  expect(calls()).toEqual(["web"]);
});
