import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { main as drift } from "../../../commands/drift/main.ts";
import type { BoardBootstrapArgs } from "../../../components/board/bootstrap.ts";
import { phaseNames } from "../../../components/board/phases.ts";
import { BootstrapStack, noEngine } from "./bootstrapStack.ts";
import { plan } from "./plan.ts";
import { ScratchBoard } from "./scratchBoard.ts";
import { noSshServer, SshServer } from "./sshServer.ts";

const reason = noEngine || noSshServer;
const stack = new BootstrapStack();
const board = new ScratchBoard({
  "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
  "etc/hosts": "127.0.0.1 localhost\n",
  "usr/lib/systemd/system/systemd-timesyncd.service": "",
});
let server: SshServer;
let args: BoardBootstrapArgs;

beforeAll(async () => {
  if (reason) return;
  server = await SshServer.start(board.environment);
  args = { plan, connection: server.address };
});
beforeEach(({ skip }) => skip(reason !== "", reason));
afterAll(async () => {
  stack.remove();
  board.remove();
  if (!reason) await server.stop();
});

const moved = () => ({
  ...args,
  plan: { ...plan, packages },
  connection: { ...server.address, host: "localhost" },
});
const all = (op: string) => phaseNames.map((phase) => `${op} pi3-1-${phase}`);
const packages = { ...plan.packages, kubernetes: "1.37.2" };

/** The phases in the order of a life: each builds on the state that the one before left. */
describe("a board in Pulumi's engine, over a real SSH server", { timeout: 180_000 }, () => {
  it("is set up phase by phase", async () => {
    const { done, errors } = await stack.up({ "pi3-1": args });
    expect(errors).toBe("");
    expect(done).toEqual(all("create"));
    const commands = server.takeCommands();
    expect(commands).toHaveLength(phaseNames.length);
    expect(commands[0]).toBe("timeout -k 10 300 bash -s -- apply");
    expect(board.read("etc/hostname")).toBe("pi3-1\n");
  });

  it("keeps the private key out of its state", () => {
    expect(stack.state).toContain("pi3-1-swap");
    expect(stack.state).not.toContain("PRIVATE KEY");
  });

  it("is not dialled by a second up", async () => {
    expect(await stack.up({ "pi3-1": args })).toEqual({ done: [], errors: "" });
    expect(server.takeCommands()).toEqual([]);
  });

  it("runs only the phases whose parameter changed, in place", async () => {
    const { done, errors } = await stack.up({ "pi3-1": { ...args, plan: { ...plan, packages } } });
    expect(errors).toBe("");
    expect(done).toEqual(["update pi3-1-inspect", "update pi3-1-packages"]);
    expect(server.takeCommands()).toHaveLength(2);
    expect(board.read("installed")).toContain("kubelet 1.37.2-1.1");
  });

  it("names board, phase and fix where a phase fails, and goes on from there", async () => {
    board.write({ "proc/meminfo": "MemTotal: 440000 kB\n" });
    const other = { ...plan, packages, ram: 1000 };
    const { errors } = await stack.up({ "pi3-1": { ...args, plan: other } });
    expect(errors).toMatch(/board pi3-1, phase inspect: the kernel reports 429 MiB of RAM/);
    expect(errors).toMatch(/fix: correct the board's model or ram/);
    board.write({ "proc/meminfo": "MemTotal: 927028 kB\n" });
    const { done } = await stack.up({ "pi3-1": { ...args, plan: other } });
    expect(done).toEqual(["update pi3-1-inspect"]);
    await stack.up({ "pi3-1": { ...args, plan: { ...plan, packages } } });
  });

  it("is found to have drifted, and the next up fixes just that", async () => {
    const said: string[] = [];
    const lines = vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
    const check = () => drift(["boards"], new AbortController().signal, stack.open);
    const first = await check();
    expect([first, ...said]).toEqual([0, "pi3-1: no drift"]);
    board.write({ "etc/fstab": "/swap.img none swap sw 0 0\n", "etc/hosts": "127.0.0.1 localhost\n" });
    expect(await check()).toBe(1);
    expect(await check()).toBe(1);
    expect(said).toEqual([
      "pi3-1: no drift",
      ...Array.from({ length: 2 }).flatMap(() => [
        "pi3-1:\n  host: /etc/hosts differs from the desired state\n  swap: /etc/fstab differs from the desired state",
        "To fix this, run: npx pulumi up -s boards",
      ]),
    ]);
    lines.mockRestore();
    expect(await (await stack.open()).outputs()).toEqual(stack.outputs);
    const current = { ...args, plan: { ...plan, packages } };
    expect(await stack.up({ "pi3-1": current })).toEqual({
      done: ["update pi3-1-host", "update pi3-1-swap"],
      errors: "",
    });
    expect(await stack.up({ "pi3-1": current })).toEqual({ done: [], errors: "" });
    expect(await check()).toBe(0);
  }, 400_000);

  // What the state says is how the board is reached when it is removed, and by any later command.
  it("is gone through again, and not changed, when it moved to another address", async () => {
    const { done } = await stack.up({ "pi3-1": moved() });
    expect(done).toEqual(all("update"));
    expect(stack.state).toMatch(/"stdout": ?"packages: changed nothing"/);
  });

  it("is not dialled once it is dead, neither for a change nor to be removed", async () => {
    const dead = { ...moved(), dead: true };
    await server.stop();
    expect(await stack.up({ "pi3-1": dead })).toEqual({ done: [], errors: "" });
    const changed = { ...dead, plan: { ...plan, ram: 2048, capacity: 1848 } };
    expect(await stack.up({ "pi3-1": changed })).toEqual({ done: [], errors: "" });
    expect(await stack.up({})).toEqual({ done: all("delete").toReversed(), errors: "" });
    expect(board.read("etc/systemd/journald.conf.d/90-bramble.conf")).toBeDefined();
  });
});

describe("a board that was dead before its first up", { timeout: 180_000 }, () => {
  it("is refused without being dialled", async () => {
    const gone = await SshServer.start(board.environment);
    const connection = gone.address;
    await gone.stop();
    const { done, errors } = await stack.up({ "pi3-1": { plan, connection, dead: true } });
    expect(errors).toMatch(/board pi3-1 is marked dead, but was never set up.*\n +fix: remove it from/);
    expect(done).toEqual([]);
  });
});

describe("a board that leaves", { timeout: 180_000 }, () => {
  it("is removed phase by phase, the last first", async () => {
    server = await SshServer.start(board.environment);
    const connection = server.address;
    await stack.up({ "pi3-1": { plan, connection } });
    expect(board.read("etc/hosts")).toContain("bramble");
    server.takeCommands();
    expect(await stack.up({})).toEqual({ done: all("delete").toReversed(), errors: "" });
    expect(server.takeCommands().every((command) => command.endsWith(" remove"))).toBe(true);
    expect(board.read("etc/hosts")).not.toContain("bramble");
  });
});

describe("a board that leaves while it is off", { timeout: 180_000 }, () => {
  it("stays in the state until it is back or dead", async () => {
    const there = await SshServer.start(board.environment);
    const connection = there.address;
    await stack.up({ "pi3-1": { plan, connection } });
    await there.stop();
    const { done, errors } = await stack.up({});
    expect(errors).toMatch(/after 12 failed attempts: .*connection refused/);
    expect(done).toEqual([]);
    const dead = { plan, connection, dead: true };
    expect((await stack.up({ "pi3-1": dead })).errors).toBe("");
    expect((await stack.up({})).done).toEqual(all("delete").toReversed());
  });
});

describe("boards that can't be reached", { timeout: 180_000 }, () => {
  it("fail, each with its reason, and are left as they were", async () => {
    // A board each: a server turns away who dials it while it talks to another.
    const other = await SshServer.start(board.environment);
    const swapped = await SshServer.start(board.environment);
    const connections = {
      stranger: { ...server.address, hostKey: server.strangersKey },
      swapped: { ...swapped.address, hostKey: server.strangersKey },
      "no-user": { ...other.address, user: "nobody" },
      "no-port": { ...server.address, port: 1 },
    };
    const boards = Object.entries(connections).map(
      ([name, connection]) =>
        [name, { plan, connection, hostKeys: { "pi3-2": swapped.address.hostKey } }] as const,
    );
    const before = board.files();
    const { done, errors } = await stack.up(Object.fromEntries(boards));
    for (const [what, fix] of [
      [
        "its host key is SHA256:\\S+, which differs from hostKey in the settings \\(SHA256:\\S+\\): its card is older than the settings, or was not written by npm run card",
        "write its card again: npm run card -- \\S+ pi3-1 --to DIR; .*--scan",
      ],
      [
        "the card of pi3-2 is in the board at 127.0.0.1: its host key SHA256:\\S+ is that of pi3-2",
        "insert the card of pi3-1 there",
      ],
      ["none of the SSH keys was accepted for this user", "make sure the board has the user nobody"],
      ["it refuses the connection", "make sure sshd is running on port 1 "],
    ])
      expect(errors).toMatch(
        new RegExp(
          `board pi3-1, phase inspect: SSH to .*@127.0.0.1:\\d+ failed: ${what}: after 12 failed .*\n *fix: ${fix}`,
        ),
      );
    expect(done).toEqual([]);
    expect([...server.takeCommands(), ...other.takeCommands(), ...swapped.takeCommands()]).toEqual([]);
    await other.stop();
    await swapped.stop();
    expect(board.files()).toEqual(before);
  });
});
