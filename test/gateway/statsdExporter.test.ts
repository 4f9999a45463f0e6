import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { findProgram } from "../../lab/programs.ts";
import { ask, device, gatewayOf } from "./gatewayOf.ts";
import { freePorts } from "../../rehearsal/freePorts.ts";

const program = await findProgram(currentBuild, "statsd_exporter");
let exporter: ChildProcess;
let statsd: number;
let web: number;

async function startExporter(): Promise<void> {
  exporter = spawn(
    program ?? "",
    [
      `--statsd.listen-udp=127.0.0.1:${statsd}`,
      "--statsd.listen-tcp=",
      `--web.listen-address=127.0.0.1:${web}`,
    ],
    { stdio: "ignore" },
  );
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const isUp = () =>
  ask(web, "/-/ready").then(
    ({ status }) => status === 200,
    () => false,
  );

async function stopExporter(): Promise<void> {
  exporter.kill("SIGKILL");
  await once(exporter, "exit");
}

/** The values of a metric by sensor, once there are that many. */
async function values(metric: string, count: number): Promise<Record<string, number>> {
  for (;;) {
    const { body } = await ask(web, "/metrics");
    const samples = body.split("\n").filter((line) => line.startsWith(`${metric}{`));
    if (samples.length < count) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    return Object.fromEntries(
      samples.map((line) => {
        const [, labels, value] = /\{(.*)\} (\S+)$/.exec(line) ?? [];
        return [labels ?? "", Number(value)];
      }),
    );
  }
}

const labels = (sensor: string, room: string) => `board="d1_mini",room="${room}",sensor="${sensor}"`;

describe.skipIf(program === undefined)("statsd_exporter (without it: run `npm run programs`)", () => {
  beforeEach(async () => {
    [statsd = 0, web = 0] = await freePorts(2);
    await startExporter();
  });
  afterEach(stopExporter);

  it("gets what ESPHome sends under the right names, values and tags", async () => {
    const devices = [
      device({ sensor: "warm", room: "kitchen", transport: "udp" }),
      device({ sensor: "cold", room: "attic", transport: "udp" }),
      device({ sensor: "frozen", room: "cellar", transport: "udp" }),
      device({ sensor: "broken", room: "hall", transport: "udp" }),
      device({ sensor: "posting", room: "bath" }),
    ];
    const gateway = await gatewayOf({ devices, dogstatsdPort: statsd });
    await gateway.datagram("warm.temperature:21.400000|g\nwarm.humidity:48.200001|g\n");
    await gateway.datagram("cold.temperature:0|g\ncold.temperature:-5.500000|g\ncold.humidity:81.000000|g\n");
    await gateway.datagram("frozen.temperature:-0.000000|g\nfrozen.humidity:99.900002|g\n");
    await gateway.datagram("broken.temperature:nan|g\nbroken.humidity:nan|g\n");
    await gateway.post({ sensor: "posting", temperature: 35, humidity: 60 }, { sensor: "posting" });

    const humidities = await values("home_humidity", 4);
    expect(humidities).toEqual({
      [labels("warm", "kitchen")]: 48.2,
      [labels("cold", "attic")]: 81,
      [labels("frozen", "cellar")]: 99.9,
      [labels("posting", "bath")]: 60,
    });
    // To StatsD, though not to DogStatsD, a negative gauge is a step: the first is one from 0.
    expect(await values("home_temperature", 4)).toEqual({
      [labels("warm", "kitchen")]: 21.4,
      [labels("cold", "attic")]: -5.5,
      [labels("frozen", "cellar")]: 0,
      [labels("posting", "bath")]: 35,
    });
    expect((await values("home_dew_point", 3))[labels("posting", "bath")]).toBeCloseTo(26.07, 1);
    expect((await values("home_heat_index", 4))[labels("posting", "bath")]).toBeCloseTo(45.1, 0);
    const { body } = await ask(web, "/metrics");
    expect(body).not.toContain('sensor="broken"');
    expect(body).toMatch(/^statsd_exporter_tag_errors_total 0$/m);
    expect(body).not.toMatch(/^statsd_exporter_sample_errors_total\{.*\} [1-9]/m);
  });

  it("gets the last readings of a time when it was away", async () => {
    const devices = ["a", "b"].map((sensor) => device({ sensor, transport: "udp" }));
    const gateway = await gatewayOf({ devices, dogstatsdPort: statsd });
    await stopExporter();
    await gateway.datagram("a.temperature:21.0|g\na.humidity:50.0|g\n");
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await gateway.datagram("a.temperature:21.5|g\na.humidity:51.0|g\n");
    await gateway.datagram("b.humidity:40.0|g\n");
    await startExporter();
    expect(await values("home_humidity", 2)).toEqual({
      [labels("a", "kitchen")]: 51,
      [labels("b", "kitchen")]: 40,
    });
    expect(await values("home_temperature", 1)).toEqual({ [labels("a", "kitchen")]: 21.5 });
    expect(gateway.gateway.counters.dropped).toEqual({ superseded: 1 });
  });
});
