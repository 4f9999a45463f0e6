import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { SshAddress } from "../../../components/board/connection.ts";
import { quoted } from "../../../components/board/shell.ts";
import { freePorts } from "../../../rehearsal/freePorts.ts";

const sshd = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find(
  (path) => spawnSync(path, ["-V"]).error === undefined,
);

/** Why there can be no server, or an empty text. */
export const noSshServer = sshd === undefined ? "no sshd in /usr/sbin (package openssh-server)" : "";

/** An OpenSSH server on 127.0.0.1 that runs every command in a given environment, and notes it. */
export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), "sshd-"));
  readonly #process: ChildProcess;

  readonly port: number;

  private constructor(port: number, environment: Readonly<Record<string, string>>) {
    this.port = port;
    for (const key of ["host", "user", "stranger"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(this.folder, key)]);
    writeFileSync(join(this.folder, "authorized"), this.#file("user.pub"), { mode: 0o600 });
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
    const log = `printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >>${quoted(join(this.folder, "commands"))}\n`;
    const wrapper = `#!/bin/bash\n${log}${exports.join("")}exec bash -c "$SSH_ORIGINAL_COMMAND"\n`;
    writeFileSync(join(this.folder, "run"), wrapper, { mode: 0o755 });
    const settings = {
      ListenAddress: "127.0.0.1",
      Port: port,
      HostKey: join(this.folder, "host"),
      AuthorizedKeysFile: join(this.folder, "authorized"),
      PidFile: "none",
      UsePAM: "no",
      StrictModes: "no",
      PermitRootLogin: "prohibit-password",
      PasswordAuthentication: "no",
      ForceCommand: join(this.folder, "run"),
      MaxStartups: "1:100:2",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
    writeFileSync(join(this.folder, "config"), lines.join(""));
    // As root it wants the folder that the system's own service makes.
    if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    this.#process = spawn(sshd!, ["-D", "-e", "-f", join(this.folder, "config")], { stdio: "ignore" });
  }

  /** Starts one, and waits until it listens. */
  static async start(environment: Readonly<Record<string, string>>): Promise<SshServer> {
    const [port = 0] = await freePorts(1);
    const server = new SshServer(port, environment);
    for (let tries = 0; tries < 100; tries++) {
      if (await listens(server.port)) return server;
      await pause(50);
    }
    throw new Error("sshd does not listen");
  }

  #file(name: string) {
    return readFileSync(join(this.folder, name), "utf8");
  }

  get address(): SshAddress & { privateKey: string } {
    const hostKey = this.#file("host.pub").trim();
    const privateKey = this.#file("user");
    return { host: "127.0.0.1", port: this.port, user: userInfo().username, hostKey, privateKey };
  }

  /** A key that is not the server's. */
  get strangersKey(): string {
    return this.#file("stranger.pub").trim();
  }

  /** The commands since the last time, in their order. */
  takeCommands(): string[] {
    const path = join(this.folder, "commands");
    try {
      return readFileSync(path, "utf8").trimEnd().split("\n");
    } catch {
      return [];
    } finally {
      rmSync(path, { force: true });
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
