import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { gogsAppIni, gogsGitConfig, gogsPort, gogsSshPort } from "../../components/gogs/appIni.ts";
import { gogsAdministrator, gogsWorkload } from "../../components/gogs/gogsWorkload.ts";
import { optionalProgram } from "../../lab/images/optionalPrograms.ts";
import { imageLab } from "./imageLab.ts";

const host = "gogs.home.example.com";
const storage = { board: "pi3-2", directory: "/var/lib/bramble" };
const gogs = gogsWorkload({ host, storage, restore: "newest" }).pod;
const server = gogs.containers[0]!;
const components = new URL("../../components/gogs/", import.meta.url).pathname;
const push = new URL("push.sh", import.meta.url).pathname;
const password = "a password of letters";
const who = `${gogsAdministrator}:${encodeURIComponent(password)}`;

describe("the image of Gogs", async () => {
  const lab = await imageLab([server], optionalProgram("gogs").missing);

  /** What is mounted in the containers of its pod. */
  function mounts(): Readonly<Record<string, string>> {
    const { images } = lab;
    const names = ["admin.sh", "gogs.sh", "upgrade.sh"];
    const read = (name: string) => readFileSync(path.join(components, name), "utf8");
    const scripts = Object.fromEntries(names.map((name) => [name, read(name)]));
    const data = images.emptyDir();
    return {
      "/data": data,
      "/tmp": images.emptyDir(),
      "/etc/gogs": images.folder({ "app.ini": gogsAppIni({ host, sshPort: 2222 }) }),
      "/etc/gogs-scripts": images.folder({ ...scripts, gitconfig: gogsGitConfig() }),
      "/run/secrets/gogs-secret-key": images.folder({ "secret-key": "k".repeat(48) }),
      "/run/secrets/gogs-admin": images.folder({ password }),
      "/source/data": data,
      "/source/database": images.emptyDir(),
      "/push.sh": push,
    };
  }

  it("serves git over HTTP and SSH, after the init containers of its pod", async () => {
    const pod = await lab.startPod();
    const image = lab.images.of(server);
    const given = { mounts: mounts() };
    const run = (container = server) => pod.start({ container, pod: gogs, image, given });
    const also = (...command: string[]) => run({ ...server, command });
    for (const container of gogs.initContainers ?? []) {
      const ended = run(container);
      expect(await ended.ended, ended.said).toBe(0);
    }
    const started = run();
    await expect.poll(() => pod.ask(gogsPort, "/healthcheck").status, { timeout: 60_000 }).toBe(200);
    expect(started.process).toEqual({ uid: 1000, isRootReadOnly: true });

    const post = (url: string, authorization: string, name: string) => {
      const headers = { authorization, "content-type": "application/json" };
      const request = { method: "POST", headers, body: JSON.stringify({ name }) };
      const { status, body } = pod.ask(gogsPort, `/api/v1${url}`, request);
      expect(status, body).toBe(201);
      return JSON.parse(body) as { sha1: string };
    };
    const basic = Buffer.from(`${gogsAdministrator}:${password}`).toString("base64");
    const { sha1 } = post(`/users/${gogsAdministrator}/tokens`, `Basic ${basic}`, "test");
    post("/user/repos", `token ${sha1}`, "notes");
    const repository = `/${gogsAdministrator}/notes`;
    const pushed = also("sh", "/push.sh", "/tmp/notes", `http://${who}@127.0.0.1:${gogsPort}${repository}`);
    expect(await pushed.ended, pushed.said).toBe(0);
    expect(pod.ask(gogsPort, `${repository}/raw/master/note`)).toEqual({ status: 200, body: "one\n" });

    const keys = also("ssh-keyscan", "-p", `${gogsSshPort}`, "127.0.0.1");
    expect(await keys.ended, keys.said).toBe(0);
    expect(keys.said).toContain("ssh-ed25519 ");
  });
});
