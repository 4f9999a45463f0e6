import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { backupPaths, type BackupPlan, type BackupTarget } from "../../../components/app/backupTarget.ts";
import { type BackupSource, backupWorkload } from "../../../components/app/backupWorkload.ts";
import { restoreContainer } from "../../../components/app/restoreContainer.ts";
import { restoreTestWorkload } from "../../../components/app/restoreTestWorkload.ts";
import type { Container } from "../../../components/workload/workload.ts";
import {
  type Ended,
  type Machine,
  type Running,
  runContainer,
  startContainer,
} from "../../backup/container.ts";

const scripts = new URL("../../../components/app", import.meta.url).pathname;

/** The image's `timeout`, with less patience. */
const shortTimeout = `#!/bin/sh
shift
exec 3<&0
"$@" <&3 &
work=$!
(sleep 15; kill "$work") >/dev/null 2>&1 &
watch=$!
code=0
wait "$work" || code=$?
kill "$watch"
exit "$code"
`;

/** An app whose volume is a folder of this machine, backed up and restored by the very command lines of its pods. */
export class SavedApp {
  readonly root = mkdtempSync(path.join(tmpdir(), "bramble-backup-"));
  readonly #target: BackupTarget;
  readonly #restic: string;
  /** Environment that differs from what the pods are given: an address of this machine, or what Secrets hold. */
  env: Record<string, string> = {};
  /** Path in the volume of a SQLite database. Default: there is none. */
  database: string | undefined;
  /** Programs in place of others, besides restic. */
  programs: Record<string, string> = {};

  constructor(restic: string, target: BackupTarget = { nfs: { server: "nas.lan", path: "/backups" } }) {
    this.#restic = restic;
    this.#target = target;
    for (const folder of ["source/data", "source/database", "repositories", "secrets", "etc", "tmp", "bin"]) {
      mkdirSync(path.join(this.root, folder), { recursive: true });
    }
    this.setPassword("a password that was kept");
    writeFileSync(path.join(this.root, "etc/excludes"), "data/cache\n");
    this.replace("timeout", shortTimeout);
    this.programs.node = process.execPath;
    // Whatever the disk of this machine has.
    this.disk(1_000_000);
  }

  get data(): string {
    return path.join(this.root, "source/data");
  }

  get repositories(): string {
    return path.join(this.root, "repositories");
  }

  get #plan(): BackupPlan {
    return {
      target: this.#target,
      schedule: "17 3 * * *",
      keep: { daily: 7, weekly: 5, monthly: 12 },
      test: "47 4 * * 0",
      statsdPort: 8125,
    };
  }

  #source(app: string): BackupSource {
    return {
      app,
      namespace: app,
      data: { claim: app, board: "pi3-2", path: `/var/lib/bramble/${app}` },
      user: 1000,
      watched: ".",
      excludes: [],
      ...(this.database !== undefined && { database: this.database }),
    };
  }

  /** Puts a script in place of a program of the image. */
  replace(program: string, script: string): void {
    const file = path.join(this.root, "bin", program);
    writeFileSync(file, script, { mode: 0o755 });
    this.programs[program] = file;
  }

  /** Gives the board a disk of 1 GB with so many KiB available. */
  disk(available: number): void {
    const lines = "Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/root 1000000 0";
    this.replace("df", `#!/bin/sh\nprintf '${lines} ${available} 1%% /\\n'\n`);
  }

  setPassword(password: string): void {
    writeFileSync(path.join(this.root, "secrets/password"), password);
  }

  write(file: string, text: string | Buffer): void {
    mkdirSync(path.dirname(path.join(this.data, file)), { recursive: true });
    writeFileSync(path.join(this.data, file), text);
  }

  /** The files of the volume. */
  files(): Record<string, string> {
    const entries = readdirSync(this.data, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    const files = entries.map(({ parentPath, name }) => path.join(parentPath, name)).sort();
    return Object.fromEntries(
      files.map((file) => [path.relative(this.data, file), readFileSync(file, "utf8")]),
    );
  }

  empty(): void {
    rmSync(this.data, { recursive: true });
    mkdirSync(this.data);
  }

  #machine(scratch: string): Machine {
    mkdirSync(path.join(this.root, scratch), { recursive: true });
    return {
      folders: {
        "/source": path.join(this.root, "source"),
        "/restored": this.data,
        "/scratch": path.join(this.root, scratch),
        "/tmp": path.join(this.root, "tmp"),
        [backupPaths.password]: path.join(this.root, "secrets/password"),
        [`${backupPaths.scripts}/excludes`]: path.join(this.root, "etc/excludes"),
        [backupPaths.scripts]: scripts,
        [backupPaths.repositories]: this.repositories,
      },
      programs: { restic: this.#restic, ...this.programs },
      env: this.env,
    };
  }

  /** Starts a pod of its CronJob, whose init containers have run. `between` comes after these. */
  async startBackup(scratch = "scratch", between: () => void = () => undefined): Promise<Running> {
    rmSync(path.join(this.root, scratch), { recursive: true, force: true });
    const { pod } = backupWorkload(this.#source("notes"), this.#plan);
    const machine = this.#machine(scratch);
    for (const container of pod.initContainers ?? []) await runContainer(container, machine);
    between();
    return startContainer(pod.containers[0]!, machine);
  }

  async backUp(scratch?: string, between?: () => void): Promise<Ended> {
    return (await this.startBackup(scratch, between)).ended;
  }

  restore(which = "newest", isOptional = false): Promise<Ended> {
    const args = { app: "notes", volume: "data", which, isOptional };
    return runContainer(restoreContainer(args, this.#plan), this.#machine("tmp"));
  }

  /**
   * Runs a pod of the restore test to its end, all containers one after the other.
   *
   * @param others names of more apps
   * @returns how its last container ended, and what all of them said
   */
  async testRestore(...others: readonly string[]): Promise<Ended> {
    const plan = this.#plan;
    const apps = ["notes", ...others];
    const workload = restoreTestWorkload(apps.map((app) => ({ source: this.#source(app), plan })));
    const { initContainers = [], containers } = workload!.pod;
    const [machine, folders] = [this.#machine("tmp"), { "/verdicts": "verdicts", "/tested": "tested" }];
    const own = Object.entries(folders).map(([there, name]) => [there, path.join(this.root, name)]);
    for (const name of ["verdicts", ...apps.map((app) => `tested/${app}`)]) {
      rmSync(path.join(this.root, name), { recursive: true, force: true });
      mkdirSync(path.join(this.root, name), { recursive: true });
    }
    let said = "";
    let code: number | null = null;
    for (const container of [...initContainers, ...containers]) {
      // A pod ends with the first init container that fails.
      if (code !== null && code !== 0) break;
      const ended = await runContainer(container, {
        ...machine,
        folders: { ...machine.folders, ...(Object.fromEntries(own) as Record<string, string>) },
      });
      said += ended.said;
      ({ code } = ended);
    }
    return { code, said };
  }

  /** What a restore test has left on the disk. */
  leftovers(): string[] {
    return readdirSync(path.join(this.root, "tested"), { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ name }) => name);
  }

  /** Starts restic on its repository. */
  startRestic(...command: string[]): Running {
    const { env } = restoreContainer({ app: "notes", volume: "data", which: "newest" }, this.#plan);
    const container: Container = { name: "restic", command: ["restic", ...command], env };
    return startContainer(container, this.#machine("tmp"));
  }

  /** Runs restic on its repository. */
  restic(...command: string[]): Promise<Ended> {
    return this.startRestic(...command).ended;
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
