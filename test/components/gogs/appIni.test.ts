import { parse } from "ini";
import { describe, expect, it } from "vitest";
import { gogsAppIni, gogsGitConfig } from "../../../components/gogs/appIni.ts";

const text = gogsAppIni({ host: "gogs.home.example.com", sshPort: 2222 });
const file = parse(text) as Record<string, Record<string, unknown>>;

describe("gogsAppIni", () => {
  it("is closed: no installation page, no registration, no open metrics", () => {
    expect(file).toMatchObject({
      security: { INSTALL_LOCK: true, COOKIE_SECURE: true, SECRET_KEY: "${GOGS_SECRET_KEY}" },
      auth: { DISABLE_REGISTRATION: true },
      server: { EXTERNAL_URL: "https://gogs.home.example.com/" },
      prometheus: { ENABLED: false },
    });
  });

  it("keeps everything on the volume", () => {
    expect(file).toMatchObject({
      database: { TYPE: "sqlite3", PATH: "/data/gogs/data/gogs.db" },
      repository: { ROOT: "/data/git/gogs-repositories" },
    });
  });

  it("names sections as Gogs does", () => {
    expect(text).toContain("\n[cron.repo_health_check]\n");
    expect(text).toContain("\n[git.timeout]\n");
  });

  it("serves SSH itself, and shows the entrance's port in clone urls", () => {
    const { server } = file;
    expect(server).toMatchObject({ START_SSH_SERVER: true, SSH_PORT: "2222", SSH_LISTEN_PORT: "2222" });
    expect(`${String(server?.SSH_SERVER_CIPHERS)} ${String(server?.SSH_SERVER_MACS)}`).not.toMatch(
      /arcfour|sha1\b/,
    );
  });

  it("has no value that Gogs would expand but the key, or read otherwise than it was written", () => {
    expect(text.replace("${GOGS_SECRET_KEY}", "")).not.toMatch(/[$%\\"'`;#]/);
  });
});

describe("gogsGitConfig", () => {
  it("bounds what grows with the repository, in git's own syntax", () => {
    expect(gogsGitConfig()).toContain("[core]\ndeltaBaseCacheLimit = 16m\n");
    expect(parse(gogsGitConfig())).toMatchObject({ pack: { threads: "1", windowMemory: "16m" } });
  });
});
