// Readings on their way: from a device to the page, and as metrics.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { parseDocument } from "yaml";
import { writeDevices, gatewayAddressOf } from "../../../commands/esphome/write.ts";
import { dogstatsdPort } from "../../../components/datadog/ports.ts";
import { sensorGateway } from "../../../components/sensors/gatewayWorkload.ts";
import { settingsSchema } from "../../../settings/schema.ts";
import { kubectl, until, type Finding } from "../../checks.ts";
import { browse, type Browsing, inShort, type Place } from "../browse.ts";
import type { Lab } from "../../cluster.ts";
import { aroundOf, hostOf, measured, ownersLogin } from "../home.ts";

/** What a device that is written by `npm run esphome` asks for, with a reading of its sensor. */
interface DeviceRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request of a device, out of the files that its owner flashes. */
export async function requestOf(
  lab: Lab,
  device: string,
  reading: { readonly temperature: number; readonly humidity: number },
): Promise<DeviceRequest> {
  const { sensors, domain, boards } = lab.settings;
  const settings = settingsSchema.pick({ sensors: true, domain: true, boards: true });
  const parsed = settings.parse({ sensors, domain, boards });
  const { sensorsTokens } = await lab.stack.outputs();
  const folder = await mkdtemp(path.join(tmpdir(), "bramble-device-"));
  try {
    const gateway = gatewayAddressOf(parsed as Parameters<typeof gatewayAddressOf>[0]);
    const devices = parsed.sensors?.devices ?? [];
    await writeDevices(folder, devices, gateway, sensorsTokens as Record<string, string>);
    const read = async (file: string) => parseDocument(await readFile(path.join(folder, file), "utf8"));
    const config = (await read(`${device}.yaml`)).toJS() as Flashed;
    const secrets = (await read("secrets.yaml")).toJS() as Record<string, string>;
    const { url, request_headers, json } = config.interval[0].then[2]["http_request.post"];
    const entries = Object.entries(request_headers).map(([key, value]) => [key, secrets[value] ?? value]);
    return {
      url,
      headers: Object.fromEntries(entries) as Record<string, string>,
      body: bodyOf(json, reading),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is read of a device's file. A `!secret` is the name of one. */
interface Flashed {
  interval: [
    {
      then: [
        unknown,
        unknown,
        { "http_request.post": { url: string; request_headers: Record<string, string>; json: string } },
      ];
    },
  ];
}

/** What ESPHome makes of `root["temperature"] = id(temperature).state;` and the like. */
function bodyOf(lambda: string, reading: Readonly<Record<string, number>>): string {
  const fields = [...lambda.matchAll(/root\["(\w+)"\] = (?:"([^"]*)"|id\((\w+)\)\.state);/g)];
  return JSON.stringify(
    Object.fromEntries(fields.map(([, key, text, id = ""]) => [key, text ?? reading[id]])),
  );
}

let sent = 0;

/** A temperature that no check has sent before: what arrived earlier stays on the page and among the metrics. */
export function newTemperature(): number {
  return Number((20 + ++sent / 10).toFixed(1));
}

/** A reading by https is on the page, and arrives as a metric with its tags; one without the token does not. */
export async function readingsArrive(lab: Lab): Promise<Finding[]> {
  const temperature = newTemperature();
  const reading = { temperature, humidity: Number((temperature + 30).toFixed(1)) };
  const { url, headers, body } = await requestOf(lab, "kitchen", reading);
  const post = (more: Partial<Browsing>) =>
    browse(aroundOf(lab).laptop, url, { method: "POST", headers, body, ...more });
  const stolen = await post({ headers: { ...headers, Authorization: "Bearer none" } });
  const taken = await post({});
  return [
    measured("a reading without the device's token is refused", stolen.status === 401, inShort(stolen)),
    measured("the device's own reading is taken", taken.status === 204, inShort(taken)),
    await isOnPage(lab, temperature.toFixed(1), "the kitchen's reading is on the page"),
    await arrived(lab, { metric: "home_temperature", sensor: "kitchen", room: "kitchen" }, temperature),
    await arrived(lab, { metric: "home_humidity", sensor: "kitchen", room: "kitchen" }, reading.humidity),
  ];
}

/** Readings by UDP are taken from the sensors' network alone. */
export async function datagramsArrive(lab: Lab): Promise<Finding[]> {
  const { laptop, guest } = aroundOf(lab);
  await send(lab, guest, "bedroom.temperature:35.5|g\nbedroom.humidity:55.0|g");
  const temperature = newTemperature();
  await send(lab, laptop, `bedroom.temperature:${temperature}|g\nbedroom.humidity:61.0|g`);
  const wanted = await isOnPage(lab, temperature.toFixed(1), "a reading by UDP is on the page");
  const page = await pageOf(lab);
  return [
    wanted,
    await datagramArrived(lab, temperature),
    {
      what: "one from another network is not, and is named as refused",
      holds: !page.includes("35.5") && page.includes("network not allowed"),
      seen: page.slice(0, 2000),
    },
  ];
}

/** A temperature that the bedroom's sensor has sent by UDP. */
export function datagramArrived(lab: Lab, temperature: number): Promise<Finding> {
  return arrived(lab, { metric: "home_temperature", sensor: "bedroom", room: "bedroom" }, temperature);
}

/** The number that a sensor's metric has where the agent's DogStatsD listens, on the gateway's own board. */
async function arrived(
  lab: Lab,
  { metric, ...tags }: Readonly<Record<string, string>>,
  value: number,
): Promise<Finding> {
  const board = String(lab.settings.sensors?.board);
  const all = { ...tags, board: "d1_mini" };
  const pods = `-n datadog get pods --field-selector spec.nodeName=${board} -o name`;
  const look = async () => {
    const pod = (await kubectl(lab.first, pods)).trim().split("\n")[0] ?? "";
    const page = await kubectl(
      lab.first,
      `-n datadog exec ${pod} -c agent -- wget -q -O - http://127.0.0.1:9102/metrics`,
    );
    return page
      .split("\n")
      .filter((line) => line.startsWith(`${metric}{`))
      .join("\n");
  };
  const isIt = (line: string) =>
    Object.entries(all).every(([key, tag]) => line.includes(`${key}="${tag}"`)) && line.endsWith(` ${value}`);
  const { holds, seen } = await until(60, look, (lines) => lines.split("\n").some(isIt));
  const line = seen.split("\n").find(isIt) ?? seen;
  return measured(`DogStatsD on port ${dogstatsdPort} has it as ${metric} with its tags`, holds, line);
}

async function isOnPage(lab: Lab, text: string, what: string): Promise<Finding> {
  const { holds, seen } = await until(
    60,
    () => pageOf(lab),
    (page) => page.includes(text),
  );
  return { what, holds, seen: holds ? "" : seen.slice(0, 2000) };
}

async function pageOf(lab: Lab): Promise<string> {
  const url = `https://${hostOf(lab, "sensors")}/`;
  const { body } = await browse(aroundOf(lab).laptop, url, {
    login: await ownersLogin(lab),
  });
  return body;
}

/** A datagram to the gateway's board. */
export async function send(lab: Lab, { enter }: Place, text: string): Promise<void> {
  const { address } = lab.boardOf("sensors");
  const script = 'printf %s "$1" >"/dev/udp/$2/$3"';
  const [first, ...rest] = [
    ...enter,
    "bash",
    "-c",
    script,
    "send",
    text,
    address,
    String(sensorGateway.statsdNodePort),
  ];
  await execa(first, rest);
}
