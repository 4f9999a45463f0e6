import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { gatewayBundle } from "../../components/sensors/bundle.ts";
import { nodeFlags } from "../../components/sensors/gatewayWorkload.ts";
import { maxDevices } from "../../gateway/devices.ts";
import type { Work } from "./load.ts";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { findProgram } from "../../lab/programs.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";
import { Measured, metric } from "./process.ts";

const seconds = 10;
const udpRates = [10_000, 15_000, 20_000];
const httpRates = [5_000, 7_500];
const names = Array.from({ length: maxDevices }, (_, i) => `device-${i}`);
const node = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));

interface Row {
  readonly program: string;
  readonly over: string;
  readonly offered: number;
  readonly taken: number;
  /** Lines for DogStatsD that were lost on the way out; undefined where there is no way out. */
  readonly lostLines: number | undefined;
  readonly cpu: number;
  readonly peak: number;
}

/**
 * How many readings the gateway takes in a second, over UDP and over HTTP, with what was lost, and the CPU time and
 * memory that it took; beside it in the same run statsd_exporter, which gets the same datagrams. Each rate is
 * offered for ten seconds to a fresh process.
 */
async function main(): Promise<void> {
  const exporter = await findProgram(currentBuild, "statsd_exporter");
  const rows: Row[] = [];
  for (const rate of udpRates) {
    rows.push(await gateway("udp", rate));
    if (exporter !== undefined) rows.push(await statsdExporter(exporter, rate));
  }
  for (const rate of httpRates) rows.push(await gateway("http", rate));
  console.table(rows.map(shown));
  if (exporter === undefined) console.log("no statsd_exporter: run `npm run programs`");
}

function shown({ program, over, offered, taken, lostLines, cpu, peak }: Row): Record<string, unknown> {
  return {
    program,
    over,
    "readings/s": Math.round(offered / seconds),
    "lost in": offered - taken,
    "lost out": lostLines ?? "–",
    "CPU, % of a core": Math.round((cpu / seconds) * 100),
    "µs/reading": Math.round((cpu / taken) * 1e6),
    "peak MiB": Math.round(peak),
  };
}

async function gateway(transport: "udp" | "http", rate: number): Promise<Row> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-gateway-"));
  const sink = startWorker({ kind: "sink" });
  const { port: dogstatsd } = await answerOf<{ port: number }>(sink);
  const tokens = Object.fromEntries(names.map((name) => [name, `${name}-`.padEnd(40, "0")]));
  const [httpPort = 0, statsdPort = 0] = await freePorts(2);
  const running = new Measured(
    node,
    [...nodeFlags, write(folder, "gateway.cjs", gatewayBundle("bench/gateway/fastGateway.ts"))],
    {
      HTTP_PORT: String(httpPort),
      STATSD_PORT: String(statsdPort),
      STATSD_NETWORKS: "127.0.0.0/8",
      DEVICES_FILE: write(
        folder,
        "devices",
        JSON.stringify(
          names.map((sensor) => ({ sensor, room: "room", board: "d1_mini", model: "DHT22", transport })),
        ),
      ),
      SECRETS_FILE: write(folder, "secrets", JSON.stringify({ page: "p".repeat(40), tokens })),
      DOGSTATSD_HOST: "127.0.0.1",
      DOGSTATSD_PORT: String(dogstatsd),
    },
  );
  await once(running.child.stdout ?? running.child, "data");
  const load: Work =
    transport === "udp"
      ? { kind: "udp", port: statsdPort, rate, seconds, names }
      : {
          kind: "http",
          port: httpPort,
          rate,
          seconds,
          devices: names.map((name, i) => ({ token: tokens[name] ?? "", localAddress: `127.0.1.${i + 1}` })),
        };
  const { sent, statuses, cpu } = await under(load, running);
  if (statuses !== undefined) console.log(`HTTP at ${rate}/s: readings by status`, statuses);
  const taken = await metric(httpPort, "sensor_gateway_readings_accepted_total");
  const repeated = await metric(httpPort, "sensor_gateway_readings_repeated_total");
  sink.postMessage("count");
  const { lines } = await answerOf<{ lines: number }>(sink);
  const peak = running.peak();
  await running.stop();
  await sink.terminate();
  rmSync(folder, { recursive: true });
  return {
    program: "gateway",
    over: transport,
    offered: sent,
    taken,
    lostLines: 4 * (taken + repeated) - lines,
    cpu,
    peak,
  };
}

async function statsdExporter(program: string, rate: number): Promise<Row> {
  const [web = 0, statsd = 0] = await freePorts(2);
  const addresses = [`--web.listen-address=127.0.0.1:${web}`, `--statsd.listen-udp=127.0.0.1:${statsd}`];
  // One core, as the gateway has.
  const env = { ...process.env, GOMAXPROCS: "1" };
  const running = new Measured(program, [...addresses, "--statsd.listen-tcp=", "--log.level=error"], env);
  while (!(await metric(web, "go_threads").catch(() => 0))) await sleep(50);
  const { sent, cpu } = await under({ kind: "udp", port: statsd, rate, seconds, names }, running);
  const taken = (await metric(web, "statsd_exporter_samples_total")) / 2;
  const peak = running.peak();
  await running.stop();
  return { program: "statsd_exporter", over: "udp", offered: sent, taken, lostLines: undefined, cpu, peak };
}

function startWorker(work: Work): Worker {
  return new Worker(new URL("load.ts", import.meta.url), { workerData: work });
}

async function answerOf<Answer>(worker: Worker): Promise<Answer> {
  const [answer] = (await once(worker, "message")) as [Answer];
  return answer;
}

/** Puts a program under load: what was sent, and the CPU seconds that it took. */
async function under(load: Work, program: Measured) {
  const before = program.cpu();
  const answer = await answerOf<{ sent: number; statuses?: object }>(startWorker(load));
  // What is still on its way arrives.
  await sleep(1_000);
  return { ...answer, cpu: program.cpu() - before };
}

function write(folder: string, name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

await main();
