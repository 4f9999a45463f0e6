import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import type { AppPart } from "../../../components/app/app.ts";
import { backupPaths } from "../../../components/app/backupTarget.ts";
import { backupWorkload } from "../../../components/app/backupWorkload.ts";
import { planBoards } from "../../../components/board/board.ts";
import type { Container, PodSpec } from "../../../components/workload/workload.ts";
import { freePorts } from "../../../rehearsal/freePorts.ts";
import { partsOf } from "../../../settings/apps.ts";
import { settingsOf } from "../../../settings/settings.ts";
import type { StackConfig } from "../../../settings/stackFile.ts";
import {
  type Ended,
  type Machine,
  type Running,
  runContainer,
  startContainer,
} from "../../backup/container.ts";
import { file } from "../../settings/files.ts";

const scripts = new URL("../../../components/app", import.meta.url).pathname;

/** Settings of a small cluster with apps from YAML, whose backups go to a NAS. */
export function settingsWith(apps: string) {
  const { config } = parse(
    file((config) => {
      config["bramble:backup"] = { nfs: { server: "192.168.1.5", path: "/backups" } };
      config["bramble:apps"] = parse(apps);
    }),
  ) as { config: StackConfig };
  return settingsOf("home", config, () => true);
}

/** One of the user's own apps, from YAML alone: the containers of its pods, run as processes of this machine. */
export class RunningApp {
  readonly root = mkdtempSync(path.join(tmpdir(), "bramble-app-"));
  readonly #part: AppPart;
  readonly #files: Readonly<Record<string, string>>;
  readonly #programs: Readonly<Record<string, string>>;
  readonly #port: number;
  #running: Running | undefined;
  port = 0;
  /** More environment of the backup's sidecar: where the API server is. */
  env: Record<string, string> = {};

  /** @param bin the folder with the app's program, of the same name as in its image */
  constructor(apps: string, name: string, bin: string, restic: string) {
    const settings = settingsWith(apps);
    const own = settings.apps?.[name];
    const boards = planBoards(settings.boards);
    const part = partsOf(settings, "home", boards).find((each) => each.name === name);
    if (!own || !part) throw new Error(`there is no app ${name}`);
    this.#part = part;
    this.#files = own.files;
    this.#port = own.port ?? 0;
    const program = this.container.command?.[0] ?? "";
    this.#programs = { [program]: path.join(this.root, program), restic };
    // What pip has written begins with where the environment was made, and that has moved since.
    const start = `#!/bin/sh\nexec ${path.join(bin, "python")} ${path.join(bin, program)} "$@"\n`;
    writeFileSync(path.join(this.root, program), start, { mode: 0o755 });
    for (const folder of ["source/data", "source/database", "repositories", "etc", "tmp"]) {
      mkdirSync(path.join(this.root, folder), { recursive: true });
    }
    writeFileSync(path.join(this.root, "password"), "a password that was kept");
    const { excludes } = this.backup.source;
    writeFileSync(path.join(this.root, "etc/excludes"), `${excludes.join("\n")}\n`);
  }

  /** The directory of its data on the board. */
  get data(): string {
    return path.join(this.root, "source/data");
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pod(): PodSpec {
    return this.#part.loads![0]!.pod;
  }

  get container(): Container {
    return this.pod.containers[0]!;
  }

  get backup() {
    return this.#part.backup!;
  }

  get #machine(): Machine {
    const mounts = this.container.volumeMounts ?? [];
    const volumes = mounts.filter(({ name }) => name === "data");
    return {
      folders: {
        ...Object.fromEntries(
          volumes.map(({ mountPath, subPath = "" }) => [mountPath, path.join(this.data, subPath)]),
        ),
        ...Object.fromEntries(
          Object.keys(this.#files).map((file, i) => [file, path.join(this.root, "etc", `file-${i}`)]),
        ),
      },
      programs: this.#programs,
    };
  }

  /** Folders of the containers that restore and back up. */
  #backupMachine(scratch: string): Machine {
    return {
      folders: {
        "/source": path.join(this.root, "source"),
        "/restored": this.data,
        "/scratch": path.join(this.root, scratch),
        "/tmp": path.join(this.root, "tmp"),
        [backupPaths.password]: path.join(this.root, "password"),
        [`${backupPaths.scripts}/excludes`]: path.join(this.root, "etc/excludes"),
        [backupPaths.scripts]: scripts,
        [backupPaths.repositories]: path.join(this.root, "repositories"),
      },
      programs: { restic: this.#programs.restic!, node: process.execPath },
      env: this.env,
    };
  }

  /** Starts its pod: the init containers, what the kubelet does for mounts, then the app. */
  async start(): Promise<Ended[]> {
    const ended: Ended[] = [];
    for (const init of this.pod.initContainers ?? []) {
      ended.push(await runContainer(init, this.#backupMachine("scratch")));
      if (ended.at(-1)?.code !== 0) throw new Error(ended.at(-1)?.said);
    }
    [this.port = 0] = await freePorts(1);
    const machine = this.#machine;
    for (const folder of Object.values(machine.folders)) {
      if (folder.startsWith(this.data)) mkdirSync(folder, { recursive: true });
    }
    // A file is as the settings have it, but for where this machine has the folders and the port.
    for (const [i, text] of Object.values(this.#files).entries()) {
      const here = Object.entries(machine.folders).reduce(
        (all, [folder, at]) => all.replaceAll(folder, at),
        text.replaceAll(`${this.#port}`, `${this.port}`),
      );
      writeFileSync(path.join(this.root, "etc", `file-${i}`), here);
    }
    this.#running = startContainer(this.container, machine);
    void this.#running.ended.then(({ code, said }) => {
      if (code !== null && code !== 0) console.error(said);
    });
    await this.#listens();
    return ended;
  }

  async #listens(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (
        await fetch(this.url).then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(100);
    }
    throw new Error(`the app does not listen: ${this.#running?.said() ?? ""}`);
  }

  async stop(): Promise<void> {
    this.#running?.stop("SIGTERM");
    await this.#running?.ended;
    this.#running = undefined;
  }

  /**
   * Runs a pod of its CronJob: sidecars until the containers have ended.
   *
   * @param stopped is called once a sidecar has stopped the app
   */
  async backUp(stopped: () => Promise<void> = () => Promise.resolve()): Promise<Ended> {
    const scratch = "scratch";
    rmSync(path.join(this.root, scratch), { recursive: true, force: true });
    mkdirSync(path.join(this.root, scratch));
    const machine = this.#backupMachine(scratch);
    const { source, plan } = this.backup;
    const { pod } = backupWorkload(source, plan);
    const sidecars: Running[] = [];
    try {
      for (const init of pod.initContainers ?? []) {
        if (init.restartPolicy === "Always") {
          const sidecar = startContainer(init, machine);
          sidecars.push(sidecar);
          await this.#hasStarted(init, machine, sidecar);
          await stopped();
          continue;
        }
        const ended = await runContainer(init, machine);
        if (ended.code !== 0) return ended;
      }
      return await runContainer(pod.containers[0]!, machine);
    } finally {
      for (const sidecar of sidecars) {
        sidecar.stop("SIGTERM");
        await sidecar.ended;
      }
    }
  }

  /** As the kubelet asks its startup probe. */
  async #hasStarted({ startupProbe }: Container, machine: Machine, sidecar: Running): Promise<void> {
    const file = startupProbe?.exec?.command?.at(-1) ?? "";
    const here = file.replace("/scratch", machine.folders["/scratch"]!);
    for (let tries = 0; !existsSync(here); tries++) {
      if (tries > 300) throw new Error(`the sidecar has not started: ${sidecar.said()}`);
      await sleep(100);
    }
  }

  /** Loses everything that the board has of it. */
  empty(): void {
    rmSync(this.data, { recursive: true });
    mkdirSync(this.data);
  }

  /** Hashes of the files of its data. */
  hashes(): Record<string, string> {
    const entries = readdirSync(this.data, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((each) => each.isFile())
      .map((each) => path.join(each.parentPath, each.name));
    return Object.fromEntries(
      files
        .sort()
        .map((each) => [
          path.relative(this.data, each),
          createHash("sha256").update(readFileSync(each)).digest("hex"),
        ]),
    );
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
