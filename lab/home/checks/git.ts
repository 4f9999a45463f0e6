// Somebody's repository at the home's Gogs, by https and by ssh.
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { gogsAdministrator } from "../../../components/gogs/gogsWorkload.ts";
import type { Finding } from "../../checks.ts";
import { type Answer, browse, type Browsing, inShort } from "../browse.ts";
import type { Lab } from "../../cluster.ts";
import { aroundOf, hostOf, measured } from "../home.ts";

/** A folder of the laptop's with what its owner works with, and their own ssh key. */
export class GitLaptop {
  readonly #lab: Lab;
  readonly #folder: string;
  #token: string | undefined;

  private constructor(lab: Lab, folder: string) {
    this.#lab = lab;
    this.#folder = folder;
  }

  static async create(lab: Lab): Promise<GitLaptop> {
    return new GitLaptop(lab, await mkdtemp(path.join(tmpdir(), "bramble-git-")));
  }

  /** A repository is created at Gogs, and pushed to by https. Returns its newest commit, too. */
  async push(repository: string): Promise<{ findings: Finding[]; commit: string }> {
    const created = await this.#api("/api/v1/user/repos", { name: repository, private: true });
    const folder = path.join(this.#folder, repository);
    await this.#git(["init", "--quiet", "--initial-branch=main", folder]);
    await writeFile(path.join(folder, "notes.txt"), `notes of ${repository}\n`);
    await this.#git(["-C", folder, "add", "notes.txt"]);
    await this.#git(["-C", folder, "commit", "--quiet", "--message", "Take notes"]);
    const pushed = await this.#git(["-C", folder, "push", "--quiet", this.#byHttps(repository), "main"]);
    const { stdout: commit } = await this.#git(["-C", folder, "rev-parse", "HEAD"]);
    return {
      commit,
      findings: [
        measured("the laptop creates a repository at Gogs", created.status === 201, inShort(created)),
        { what: "it pushes by https", holds: pushed.exitCode === 0, seen: pushed.stderr },
      ],
    };
  }

  /** It is cloned by both ways, with that commit. */
  async clone(repository: string, commit: string): Promise<Finding[]> {
    const ways = [
      ["https", this.#byHttps(repository)],
      ["ssh", await this.#bySsh(repository)],
    ] as const;
    const findings: Finding[] = [];
    for (const [way, url] of ways) {
      const folder = await mkdtemp(path.join(this.#folder, "clone-"));
      const cloned = await this.#git(["clone", "--quiet", "--branch=main", url, folder]);
      const { stdout: found } = await this.#git(["-C", folder, "rev-parse", "HEAD"]);
      const holds = cloned.exitCode === 0 && found === commit;
      findings.push(measured(`it clones by ${way}`, holds, holds ? commit.slice(0, 12) : cloned.stderr));
    }
    return findings;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }

  /** Gogs takes a password only to make a token, and a token for all else. */
  async #api(where: string, body: object): Promise<Answer> {
    this.#token ??= await this.#newToken();
    return this.#post(where, body, { headers: { Authorization: `token ${this.#token}` } });
  }

  async #newToken(): Promise<string> {
    const login = `${gogsAdministrator}:${await this.#password()}`;
    const name = path.basename(this.#folder);
    const made = await this.#post(`/api/v1/users/${gogsAdministrator}/tokens`, { name }, { login });
    if (made.status !== 201) throw new Error(`Gogs makes no token: ${inShort(made)}`);
    return (JSON.parse(made.body) as { sha1: string }).sha1;
  }

  async #post(where: string, body: object, { login, headers }: Pick<Browsing, "login" | "headers">) {
    const { laptop, root } = aroundOf(this.#lab);
    return browse(laptop, `https://${this.#host}${where}`, {
      root,
      login,
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  get #host(): string {
    return hostOf(this.#lab, "gogs");
  }

  #byHttps(repository: string): string {
    return `https://${gogsAdministrator}@${this.#host}/${gogsAdministrator}/${repository}.git`;
  }

  async #bySsh(repository: string): Promise<string> {
    if (!existsSync(this.#key)) {
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.#key]);
      const { stdout: key } = await execa("cat", [`${this.#key}.pub`]);
      await this.#api("/api/v1/user/keys", { title: "laptop", key });
    }
    return `ssh://git@${this.#host}:2222/${gogsAdministrator}/${repository}.git`;
  }

  get #key(): string {
    return path.join(this.#folder, "key");
  }

  async #password(): Promise<string> {
    return String((await this.#lab.stack.outputs()).gogsAdminPassword);
  }

  /** git on the laptop, with nothing of this machine's own configuration. */
  async #git(args: readonly string[]) {
    const { laptop, root } = aroundOf(this.#lab);
    const ask = path.join(this.#folder, "ask.sh");
    if (!existsSync(ask)) await writeFile(ask, '#!/bin/sh\necho "$GIT_PASSWORD"\n', { mode: 0o700 });
    const known = path.join(this.#folder, "known_hosts");
    const options = ["-F none", "-o StrictHostKeyChecking=accept-new", `-o UserKnownHostsFile=${known}`];
    const [first = "", ...rest] = [...laptop.enter, "git", ...args];
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: this.#folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_SSL_CAINFO: root,
      GIT_ASKPASS: ask,
      GIT_PASSWORD: await this.#password(),
      GIT_SSH_COMMAND: `ssh -i ${this.#key} ${options.join(" ")}`,
      GIT_AUTHOR_NAME: "Owner",
      GIT_AUTHOR_EMAIL: "owner@example.com",
      GIT_COMMITTER_NAME: "Owner",
      GIT_COMMITTER_EMAIL: "owner@example.com",
    };
    return execa(first, rest, { env, extendEnv: false, reject: false, timeout: 120_000 });
  }
}

/** A repository is pushed and cloned, where there is Gogs. */
export async function gitWorks(lab: Lab): Promise<Finding[]> {
  if (lab.settings.gogs === undefined) return [];
  const laptop = await GitLaptop.create(lab);
  try {
    const { findings, commit } = await laptop.push("notes");
    return [...findings, ...(await laptop.clone("notes", commit))];
  } finally {
    await laptop.remove();
  }
}
