import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gogsAppIni, gogsGitConfig } from "../../../components/gogs/appIni.ts";
import { gogsDirectory, gogsWorkload, type GogsWorkloadArgs } from "../../../components/gogs/gogsWorkload.ts";
import { gogsSource } from "../../../components/gogs/gogsBackup.ts";
import { backupPaths, type BackupPlan } from "../../../components/app/backupTarget.ts";
import { backupWorkload } from "../../../components/app/backupWorkload.ts";
import type { PodSpec } from "../../../components/workload/workload.ts";
import {
  type Ended,
  type Machine,
  type Running,
  runContainer,
  startContainer,
} from "../../backup/container.ts";
import { freePorts } from "../../../rehearsal/freePorts.ts";

/** Password of the administrator. */
export const adminPassword = "a password of letters";

const plan: BackupPlan = {
  target: { nfs: { server: "nas.lan", path: "/backups" } },
  schedule: "17 3 * * *",
  keep: { daily: 7, weekly: 5, monthly: 12 },
};

const source = (relative: string) => new URL(`../../../components/${relative}`, import.meta.url).pathname;

/** A Gogs of this machine, run by the very command lines of its pod and of its CronJob's. */
export class RealGogs {
  readonly root = mkdtempSync(path.join(tmpdir(), "bramble-gogs-"));
  readonly http: number;
  readonly ssh: number;
  readonly #programs: Record<string, string>;
  #server: Running | undefined;

  static async create(gogs: string, restic: string): Promise<RealGogs> {
    const [http = 0, ssh = 0] = await freePorts(2);
    return new RealGogs(gogs, restic, http, ssh);
  }

  private constructor(gogs: string, restic: string, http: number, ssh: number) {
    this.http = http;
    this.ssh = ssh;
    this.#programs = { "/app/gogs/gogs": gogs, restic, node: process.execPath };
    for (const folder of [
      "source/data",
      "source/database",
      "repositories",
      "tmp",
      "secrets",
      "etc",
      "backup",
    ]) {
      mkdirSync(path.join(this.root, folder), { recursive: true });
    }
    const put = (file: string, text: string) => writeFileSync(path.join(this.root, file), text);
    put("secrets/password", adminPassword);
    put("secrets/secret-key", "k".repeat(48));
    put("secrets/backup", "a password that was kept");
    put("etc/gitconfig", gogsGitConfig());
    put("backup/excludes", gogsSource(gogsDirectory(this.#args())).excludes.join("\n"));
    put(
      "etc/app.ini",
      gogsAppIni({ host: "127.0.0.1", sshPort: ssh })
        .replaceAll(/= \/data\//g, `= ${this.data}/`)
        .replace("SSH_LISTEN_PORT = 2222", `SSH_LISTEN_PORT = ${ssh}`)
        .replaceAll("3000", `${http}`),
    );
  }

  /** The folder that stands for its volume. */
  get data(): string {
    return path.join(this.root, "source", "data");
  }

  get url(): string {
    return `http://127.0.0.1:${this.http}`;
  }

  #args(restore = "newest"): GogsWorkloadArgs {
    const storage = { board: "pi3-2", directory: "/var/lib/bramble" };
    return { host: "gogs.home.example.com", storage, backup: plan, restore };
  }

  #machine(scratch: string): Machine {
    const at = (folder: string) => path.join(this.root, folder);
    mkdirSync(at(scratch), { recursive: true });
    return {
      folders: {
        "/data": this.data,
        "/restored": this.data,
        "/source": at("source"),
        "/scratch": at(scratch),
        "/tmp": at("tmp"),
        "/etc/gogs": at("etc"),
        "/etc/gogs-scripts/gitconfig": at("etc/gitconfig"),
        "/etc/gogs-scripts": source("gogs"),
        "/run/secrets/gogs-admin": at("secrets"),
        "/run/secrets/gogs-secret-key": at("secrets"),
        [backupPaths.password]: at("secrets/backup"),
        [`${backupPaths.scripts}/excludes`]: at("backup/excludes"),
        [backupPaths.scripts]: source("app"),
        [backupPaths.repositories]: at("repositories"),
        [`http://127.0.0.1:3000`]: this.url,
      },
      programs: this.#programs,
      // Gogs takes its user's name from here.
      env: { USER: "git" },
    };
  }

  /** Runs a pod's init containers one after the other, until one fails. */
  async #initialise(pod: PodSpec, machine: Machine, only?: string): Promise<Ended> {
    let said = "";
    for (const container of pod.initContainers ?? []) {
      if (only !== undefined && container.name !== only) continue;
      const ended = await runContainer(container, machine);
      said += ended.said;
      if (ended.code !== 0) return { code: ended.code, said };
    }
    return { code: 0, said };
  }

  /** Runs one init container of its pod. */
  run(name: string, restore?: string): Promise<Ended> {
    return this.#initialise(gogsWorkload(this.#args(restore)).pod, this.#machine("tmp"), name);
  }

  /** Starts it as its pod does, init containers first. */
  async start(): Promise<Ended> {
    const { pod } = gogsWorkload(this.#args());
    const machine = this.#machine("tmp");
    const ended = await this.#initialise(pod, machine);
    if (ended.code !== 0) return ended;
    this.#server = startContainer(pod.containers[0]!, machine);
    const served = async () => (await fetch(`${this.url}/healthcheck`).catch(() => undefined))?.ok === true;
    while (!(await served())) await sleep(100);
    return ended;
  }

  async stop(): Promise<void> {
    this.#server?.stop("SIGTERM");
    await this.#server?.ended;
    this.#server = undefined;
  }

  /** Backs it up as a pod of its CronJob does. */
  async backUp(scratch = "scratch"): Promise<Ended> {
    rmSync(path.join(this.root, scratch), { recursive: true, force: true });
    const { pod } = backupWorkload(gogsSource(gogsDirectory(this.#args())), plan);
    const machine = this.#machine(scratch);
    const ended = await this.#initialise(pod, machine);
    if (ended.code !== 0) return ended;
    return runContainer(pod.containers[0]!, machine);
  }

  /** Deletes all that it has. */
  empty(): void {
    rmSync(this.data, { recursive: true });
    mkdirSync(this.data);
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
