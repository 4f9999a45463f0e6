import { parse } from "ini";
import { describe, expect, it } from "vitest";
import { gogsAppIni, gogsGitConfig } from "../../../components/gogs/appIni.ts";

const text = gogsAppIni({ host: "gogs.home.example.com", secretKey: "k3".repeat(24) });
const file = parse(text) as Record<string, Record<string, unknown>>;

describe("gogsAppIni", () => {
  it("is closed: no installation page, no registration, no SSH, no open metrics", () => {
    expect(file).toMatchObject({
      security: { INSTALL_LOCK: true, COOKIE_SECURE: true, SECRET_KEY: "k3".repeat(24) },
      auth: { DISABLE_REGISTRATION: true },
      server: { DISABLE_SSH: true, EXTERNAL_URL: "https://gogs.home.example.com/" },
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

  it("has no value that Gogs would expand, or read otherwise than it was written", () => {
    expect(text).not.toMatch(/[$%\\"'`;#]/);
  });
});

describe("gogsGitConfig", () => {
  it("bounds what grows with the repository, in git's own syntax", () => {
    expect(gogsGitConfig()).toContain("[core]\ndeltaBaseCacheLimit = 16m\n");
    expect(parse(gogsGitConfig())).toMatchObject({ pack: { threads: "1", windowMemory: "16m" } });
  });
});
