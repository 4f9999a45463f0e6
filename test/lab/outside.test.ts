import { once } from "node:events";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { boardAddress, gatewayAddress } from "../../lab/addresses.ts";
import { startBoardNetwork, type BoardNetwork } from "../../lab/network.ts";
import {
  guestNetwork,
  laptopAddress,
  publicAddresses,
  servicesAddress,
  strangerAddresses,
} from "../../lab/outside/addresses.ts";
import { Namespace } from "../../lab/outside/namespace.ts";
import { ip } from "../../lab/outside/ip.ts";
import { startOutside, type Outside } from "../../lab/outside/outside.ts";
import { outsideFault } from "../../lab/outside/outsideFault.ts";
import { Program } from "../../lab/outside/program.ts";
import { noOutside } from "./outside/noOutside.ts";

const why = await noOutside();
const folder = mkdtempSync(path.join(tmpdir(), "outside-"));
afterAll(() => rmSync(folder, { recursive: true }));

const programs = path.join(import.meta.dirname, "outside");
const entranceAddress = boardAddress(2);
const ports = [80, 443, 2222];
const [stranger = "", otherStranger = ""] = strangerAddresses;

/** The namespaces of the network of all processes. */
function networks(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/net`)];
      } catch {
        // It has ended meanwhile, or is about to be.
        return [];
      }
    });
}

const networkOf = (pid: number) => readlinkSync(`/proc/${pid}/ns/net`);
const gatewayOf = ({ enter }: BoardNetwork) => Number(/\d+/.exec(enter.join())?.[0]);
const node = (program: string, ...args: string[]) => [
  process.execPath,
  path.join(programs, program),
  ...args,
];

async function start(where: Namespace, command: readonly string[]): Promise<Program> {
  const [program = "", ...args] = [...where.enter, ...command];
  const started = new Program(program, args);
  await started.until("printing", () => started.output !== "");
  return started;
}

/** What is said to a program that connects from there. */
async function ask(from: Namespace, ...args: string[]): Promise<string> {
  return (await from.run(node("ask.ts", ...args))).output;
}

describe("a home and the internet", () => {
  let network: BoardNetwork;
  let outside: Outside;
  let entrance: Namespace;

  beforeAll(async () => {
    if (why !== undefined) return;
    network = await startBoardNetwork();
    outside = await startOutside(network, { entrance: entranceAddress, ports, folder });
    entrance = await Namespace.start(gatewayAddress);
    await outside.router.plugIntoLan(entrance, "entrance", entranceAddress);
    await start(entrance, node("sayAddress.ts", ...ports.map(String), "22"));
    await start(outside.stranger, node("sayAddress.ts", "8080"));
  }, 120_000);
  afterAll(async () => {
    if (why !== undefined) return;
    const all = [outside.laptop, outside.guest, outside.stranger, entrance].map(({ pid }) => networkOf(pid));
    all.push(networkOf(gatewayOf(network)));
    expect(new Set(all).size).toBe(5);
    await outside.stop();
    await entrance.stop();
    await network.stop();
    const left = networks();
    expect(all.filter((each) => left.includes(each))).toEqual([]);
  }, 120_000);

  it("lets a stranger reach the forwarded ports, with its own address", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, stranger: internet } = outside;
    const said = ports.map((port) => ask(internet, "tcp", router.address, String(port)));
    expect(await Promise.all(said)).toEqual([stranger, stranger, stranger]);
    expect(await ask(internet, "tcp", router.address, "443", otherStranger)).toBe(otherStranger);
  });

  it("lets a stranger reach nothing else", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, stranger: internet, laptop } = outside;
    // Each is there, and answers at home.
    await start(laptop, node("sayAddress.ts", "80"));
    expect(await ask(entrance, "tcp", laptopAddress, "80")).toBe(entranceAddress);
    expect(await ask(laptop, "tcp", entranceAddress, "22")).toBe(laptopAddress);
    expect(await ask(laptop, "udp", entranceAddress, "443")).toBe(laptopAddress);
    const mirror = await network.listen(81);
    mirror.on("connection", (client) => client.end("mirror"));
    expect(await ask(laptop, "tcp", gatewayAddress, "81")).toBe("mirror");

    const closed = [
      ["tcp", router.address, "22"],
      ["tcp", router.address, "81"],
      ["udp", router.address, "443"],
      ["udp", router.address, "53"],
    ];
    const inside = [
      ["tcp", entranceAddress, "80"],
      ["tcp", laptopAddress, "80"],
      ["tcp", gatewayAddress, "81"],
      // Its name server, which would ask the one outside.
      ["udp", gatewayAddress, "53"],
    ];
    const knock = (doors: string[][]) => Promise.all(doors.map((door) => ask(internet, ...door)));
    expect(await knock(closed)).toEqual(closed.map(() => "ECONNREFUSED"));
    expect(await knock(inside)).toEqual(inside.map(() => "ENETUNREACH"));
    // Not even if the provider sent it there.
    await ip(internet.enter, `route add 10.77.0.0/24 via ${router.address}`);
    expect(await knock(inside)).toEqual(inside.map(() => "ECONNREFUSED"));
    await ip(internet.enter, "route delete 10.77.0.0/24");
    mirror.close();
  });

  it("lets a laptop reach the home and the internet, where it has the router's address", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, laptop, guest } = outside;
    expect(await ask(laptop, "tcp", entranceAddress, "443")).toBe(laptopAddress);
    expect(await ask(guest, "tcp", entranceAddress, "443")).toBe(guestNetwork.computer);
    expect(await ask(guest, "udp", entranceAddress, "443")).toBe(guestNetwork.computer);
    for (const computer of [laptop, guest, entrance])
      expect(await ask(computer, "tcp", servicesAddress, "8080")).toBe(router.address);
    expect(await ask(laptop, "tcp", "192.0.2.1", "80")).toBe("ENETUNREACH");
  });

  it("leads from home to the entrance by the public address too", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, laptop, guest } = outside;
    expect(await ask(laptop, "tcp", router.address, "443")).toBe(gatewayAddress);
    expect(await ask(guest, "tcp", router.address, "443")).toBe(guestNetwork.computer);
    // To itself.
    expect(await ask(entrance, "tcp", router.address, "443")).toBe(gatewayAddress);
  });

  it("gets another address, and is no longer where it was", async ({ skip }) => {
    skip(why !== undefined, why);
    const { router, laptop, stranger: internet } = outside;
    const before = router.address;
    const staying = await start(internet, node("ask.ts", "stay", before, "443"));
    const isHeardAfter = async (wait: number) => {
      const { length } = staying.output;
      await sleep(wait);
      return staying.output.length > length;
    };
    await expect.poll(() => isHeardAfter(200), { timeout: 10_000 }).toBe(true);
    const after = await router.changeAddress();
    expect([before, after]).toEqual(publicAddresses.slice(0, 2));
    // But for what is on its way.
    await sleep(500);
    expect(await isHeardAfter(1000)).toBe(false);
    expect(await ask(internet, "tcp", before, "443")).toBe("EHOSTUNREACH");
    expect(await ask(laptop, "tcp", before, "443")).toBe("EHOSTUNREACH");
    expect(await ask(internet, "tcp", after, "443")).toBe(stranger);
    expect(await ask(internet, "tcp", after, "22")).toBe("ECONNREFUSED");
    expect(await ask(laptop, "tcp", servicesAddress, "8080")).toBe(after);
    await staying.stop();
  });

  it("runs commands where they are started", async ({ skip }) => {
    skip(why !== undefined, why);
    const { output } = await outside.laptop.run(["pwd"], { cwd: programs });
    expect(output).toBe(programs);
  });

  it("ends a command with the process that started it", async ({ skip }) => {
    skip(why !== undefined, why);
    const running = () => networks().filter((each) => each === networkOf(outside.laptop.pid)).length;
    const before = running();
    const program = await start(outside.laptop, ["sh", "-c", "echo started; exec sleep 1000"]);
    // And what waits for it outside.
    expect(running()).toBe(before + 2);
    // It gets no time to end the other.
    process.kill(program.pid, "SIGKILL");
    await expect.poll(running).toBe(before);
  });

  it("asks other name servers than this machine", async ({ skip }) => {
    skip(why !== undefined, why);
    const own = readFileSync("/etc/resolv.conf", "utf8");
    const { output } = await outside.laptop.run(["cat", "/etc/resolv.conf"]);
    expect(output).toBe(`nameserver ${gatewayAddress}`);
    expect(readFileSync("/etc/resolv.conf", "utf8")).toBe(own);
  });
});

it("ends with the process that started it, even if that is killed", async ({ skip }) => {
  skip(why !== undefined, why);
  const child = spawn(process.execPath, [path.join(programs, "abandoned.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const all = (JSON.parse(said.toString()) as number[]).map(networkOf);
  expect(new Set(all).size).toBe(4);
  expect(networks().filter((each) => each === all[1]).length).toBeGreaterThanOrEqual(4);
  child.kill("SIGKILL");
  const left = () => networks().filter((each) => all.includes(each));
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
});

it("names the packages that are missing", async ({ skip }) => {
  skip(why !== undefined, why);
  vi.stubEnv("PATH", import.meta.dirname);
  const said = await outsideFault();
  vi.unstubAllEnvs();
  expect(said).toContain("nft");
  expect(said).toContain("apt-get install curl diffutils git iproute2 mount nftables util-linux openssl");
});
