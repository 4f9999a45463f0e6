import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backupTools, buildPatience } from "../../backup/backupTools.ts";
import { databaseRows } from "./databaseRows.ts";
import { optionalProgram } from "../../../lab/images/optionalPrograms.ts";
import { adminPassword, RealGogs } from "./realGogs.ts";

const { file: program, missing = "" } = optionalProgram("gogs");
const execute = promisify(execFile);

describe("the real Gogs", { timeout: 180_000 }, () => {
  let gogs: RealGogs;
  const work = () => path.join(gogs.root, "work");
  /** More than the 64 KiB with which Gogs' own restore ends. */
  const longText = "A long report. ".repeat(7000);

  const tokens: Record<string, string> = {};
  /** Gogs' API takes a password only for a token, and for what the administrator does. */
  const api = async (method: string, route: string, body?: object, as?: string) => {
    const credentials = Buffer.from(`${as ?? "gogs-admin"}:${adminPassword}`).toString("base64");
    const token = tokens[as ?? ""];
    return fetch(`${gogs.url}/api/v1${route}`, {
      method,
      headers: {
        authorization: token === undefined ? `Basic ${credentials}` : `token ${token}`,
        "content-type": "application/json",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  const created = async (route: string, body: object, as?: string) => {
    const response = await api("POST", route, body, as);
    expect(response.status, `${route}: ${await response.clone().text()}`).toBe(201);
  };
  const git = async (args: string[]) => {
    const known = path.join(gogs.root, "known_hosts");
    const ssh = `ssh -i ${path.join(gogs.root, "id")} -o IdentitiesOnly=yes -o UserKnownHostsFile=${known} -o StrictHostKeyChecking=accept-new`;
    const env = {
      PATH: process.env.PATH,
      HOME: gogs.root,
      GIT_SSH_COMMAND: ssh,
      GIT_AUTHOR_NAME: "alice",
      GIT_AUTHOR_EMAIL: "alice@example.com",
      GIT_COMMITTER_NAME: "alice",
      GIT_COMMITTER_EMAIL: "alice@example.com",
      GIT_TERMINAL_PROMPT: "0",
    };
    return (await execute("git", args, { env })).stdout.trim();
  };
  const overHttp = () =>
    `http://alice:${encodeURIComponent(adminPassword)}@127.0.0.1:${gogs.http}/alice/notes.git`;
  const overSsh = () => `ssh://git@127.0.0.1:${gogs.ssh}/alice/notes.git`;
  const commit = async (text: string) => {
    writeFileSync(path.join(work(), "notes.txt"), text);
    await git(["-C", work(), "add", "."]);
    await git(["-C", work(), "commit", "-m", "note"]);
  };

  beforeAll(async () => {
    if (program !== undefined) gogs = await RealGogs.create(program, (await backupTools()).restic);
  }, buildPatience);
  beforeEach(({ skip }) => skip(program === undefined, missing));
  afterAll(() => (program === undefined ? undefined : gogs.end()));

  it("starts with the app.ini that bramble writes, and makes the administrator", async () => {
    const { code, said } = await gogs.start();
    expect(said).toContain("there is no backup yet");
    expect(said).toContain("Administrator gogs-admin created.");
    expect(code).toBe(0);
    expect((await api("GET", "/users/gogs-admin/tokens")).status).toBe(200);
  });

  it("lets nobody register", async () => {
    const page = await fetch(`${gogs.url}/user/sign_up`);
    expect(await page.text()).toContain("registration has been disabled");
    const body = new URLSearchParams({
      user_name: "mallory",
      email: "m@example.com",
      password: adminPassword,
      retype: adminPassword,
    });
    await fetch(`${gogs.url}/user/sign_up`, { method: "POST", body });
    expect((await api("GET", "/users/mallory")).status).toBe(404);
  });

  it("takes a push over HTTP and one over SSH, and gives clones over both", async () => {
    await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(gogs.root, "id")]);
    const key = readFileSync(path.join(gogs.root, "id.pub"), "utf8");
    const alice = { username: "alice", email: "alice@example.com", password: adminPassword };
    await created("/admin/users", alice);
    const token = await api("POST", "/users/alice/tokens", { name: "test" }, "alice");
    tokens.alice = ((await token.json()) as { sha1: string }).sha1;
    await created("/user/repos", { name: "notes", private: true }, "alice");
    await created("/user/keys", { title: "laptop", key }, "alice");
    await created("/repos/alice/notes/issues", { title: "long", body: longText }, "alice");
    await created("/repos/alice/notes/issues", { title: "after the long one", body: "short" }, "alice");

    await git(["init", "-q", "-b", "master", work()]);
    await commit("first");
    await git(["-C", work(), "push", "-q", overHttp(), "master"]);
    await commit("second");
    await git(["-C", work(), "push", "-q", overSsh(), "master"]);
    const head = await git(["-C", work(), "rev-parse", "master"]);
    for (const [i, url] of [overHttp(), overSsh()].entries()) {
      await git(["clone", "-q", url, path.join(gogs.root, `clone-${i}`)]);
      expect(await git(["-C", path.join(gogs.root, `clone-${i}`), "rev-parse", "HEAD"])).toBe(head);
    }
    const { ssh_url: shown } = (await (
      await api("GET", "/repos/alice/notes", undefined, "alice")
    ).json()) as {
      ssh_url: string;
    };
    expect(shown).toBe(overSsh());
  });

  it("comes back from its backup: the same repositories, users, keys and issues", async () => {
    const { code, said } = await gogs.backUp();
    expect(said).toContain("backup of gogs: complete.");
    expect(code).toBe(0);
    await gogs.stop();
    const rows = databaseRows(path.join(gogs.data, "gogs/data/gogs.db"));
    const files = hashesBelow(path.join(gogs.data, "git"));
    const key = readFileSync(path.join(gogs.data, "gogs/conf/secret-key"), "utf8");
    expect(rows.issue).toHaveLength(2);
    expect(Object.keys(files).length).toBeGreaterThan(20);

    gogs.empty();
    const restored = await gogs.run("restore");
    expect(restored.said).toContain("restore of gogs: done.");
    expect(databaseRows(path.join(gogs.data, "gogs/data/gogs.db"))).toEqual(rows);
    expect(hashesBelow(path.join(gogs.data, "git"))).toEqual(files);
    expect(readFileSync(path.join(gogs.data, "gogs/conf/secret-key"), "utf8")).toBe(key);

    const started = await gogs.start();
    expect(started.said).toContain("the volume has data; nothing is restored");
    expect(started.said).toContain("Administrator gogs-admin already exists");
    expect(started.code).toBe(0);
    // The same host key, too: another one would be refused.
    await git(["clone", "-q", overSsh(), path.join(gogs.root, "clone-after")]);
    const issue = await api("GET", "/repos/alice/notes/issues/1", undefined, "alice");
    expect(((await issue.json()) as { body: string }).body).toBe(longText);
    await commit("third");
    await git(["-C", work(), "push", "-q", overSsh(), "master"]);
  });

  it("saves its data before another version, and refuses to go back", async () => {
    await gogs.stop();
    const marker = path.join(gogs.data, "gogs/version");
    const version = readFileSync(marker, "utf8");

    writeFileSync(marker, "0.13.4\n");
    const up = await gogs.run("upgrade");
    expect(up.said).toContain("from 0.13.4 to ");
    expect(up.said).toContain("backup of gogs: complete.");
    expect(readFileSync(marker, "utf8")).toBe(version);

    writeFileSync(marker, "0.99.0\n");
    const down = await gogs.run("upgrade");
    expect(down.code).toBe(1);
    expect(down.said).toContain("downgraded");
    writeFileSync(marker, version);
  });
});

function hashesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(folder, file), createHash("sha256").update(readFileSync(file)).digest("hex")];
    }),
  );
}
