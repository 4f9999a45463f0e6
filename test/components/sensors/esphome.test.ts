import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { deviceBoards, type DeviceBoardName } from "../../../components/sensors/deviceBoards.ts";
import type { SensorDevice } from "../../../components/sensors/settings.ts";
import { esphomeYaml, i2cModels, pinError } from "../../../components/sensors/esphome.ts";
import { main } from "../../../commands/esphome/main.ts";
import { unknown, writeDevices } from "../../../commands/esphome/write.ts";
import { sensorModels, type SensorModel } from "../../../gateway/models.ts";
import { run } from "../../../tools/run.ts";
import { findEsphome } from "../../programs/programs.ts";

const gateway = {
  url: "https://sensors.home.example.com/readings",
  statsd: { host: "192.168.1.13", port: 30125 },
};

function device(change: Partial<SensorDevice> = {}): SensorDevice {
  const board = change.board ?? "d1_mini";
  const pin = i2cModels[change.model ?? "DHT22"] === undefined ? deviceBoards[board].pins[0] : undefined;
  return {
    name: "kitchen",
    room: "kitchen",
    board,
    model: "DHT22",
    pin,
    transport: "http",
    interval: 60,
    ...change,
  };
}

/** Each board with each transport, and with each model. */
const boards = Object.keys(deviceBoards) as DeviceBoardName[];
const models = Object.keys(sensorModels) as SensorModel[];
const devices = boards.flatMap((board) => [
  ...(["http", "udp"] as const).map((transport) => device({ board, transport })),
  ...models.map((model) => device({ board, model })),
]);
const named = devices.map((each, i) => ({ ...each, name: `device-${i}` }));

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "devices-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

describe("esphomeYaml", () => {
  it("has a device post what it measured, NaN too, right after asking the sensor", () => {
    const text = esphomeYaml(device(), gateway);
    expect(text).toContain("Authorization: !secret kitchen_authorization");
    const config = parse(text, { logLevel: "silent" }) as Record<string, never>;
    expect(config).toMatchObject({
      sensor: [{ platform: "dht", model: "DHT22", pin: "D1", update_interval: "never" }],
      http_request: { verify_ssl: false },
      interval: [
        {
          interval: "60s",
          then: [
            { "component.update": "climate" },
            { delay: "1s" },
            {
              "http_request.post": {
                url: gateway.url,
                json: expect.stringMatching(/root\["temperature"\] = id\(temperature\)\.state;/) as string,
              },
            },
          ],
        },
      ],
    });
    // One with the API restarts every 15 min if nobody uses that.
    expect(config).not.toHaveProperty("api");
    expect(config).not.toHaveProperty("statsd");
  });

  it("has a device on UDP send under its own name, at the board's address", () => {
    const config = parse(esphomeYaml(device({ transport: "udp", interval: 30 }), gateway), {
      logLevel: "silent",
    }) as object;
    expect(config).toMatchObject({
      sensor: [{ update_interval: "30s" }],
      statsd: { host: "192.168.1.13", port: 30125, prefix: "kitchen", update_interval: "30s" },
    });
    expect(config).not.toHaveProperty("http_request");
  });

  it("verifies certificates where the board can", () => {
    expect(esphomeYaml(device({ board: "esp32dev" }), gateway)).not.toContain("verify_ssl");
  });
});

describe.skipIf(findEsphome() === undefined)(
  "ESPHome itself (without it: run `node test/programs/prepare.ts`)",
  () => {
    it(`accepts what is written for each of ${named.length} devices`, async () => {
      const place = folder();
      const tokens = Object.fromEntries(named.map(({ name }) => [name, "t".repeat(40)]));
      const { files } = await writeDevices(place, named, gateway, tokens);
      const secrets = path.join(place, "secrets.yaml");
      writeFileSync(secrets, readFileSync(secrets, "utf8").replaceAll(unknown, "something"));
      const python = findEsphome() ?? "";
      // All in one process: each start of it takes as long as some files.
      const validate = [
        "import sys",
        "from pathlib import Path",
        "from esphome.core import CORE",
        "from esphome.config import read_config",
        "for name in sys.argv[1:]:",
        "    CORE.reset()",
        "    CORE.config_path = Path(name)",
        "    result = read_config({})",
        "    print(Path(name).name, 'accepted' if result is not None else 'refused')",
      ].join("\n");
      const yaml = files.filter((file) => file !== secrets);
      const { ended, output } = await run(python, ["-c", validate, ...yaml]);
      expect(ended, output).toBe(0);
      const accepted = output.split("\n").filter((line) => line.endsWith(" accepted"));
      expect(accepted, output).toHaveLength(named.length);
    }, 120_000);

    it.each([
      ["accepts, by its command line,", "", 0],
      ["refuses, so that this test could fail,", "pin: D1", 2],
    ])(
      "%s a file",
      async (_, removed, code) => {
        const place = folder();
        await writeDevices(place, [device()], gateway, { kitchen: "t".repeat(40) });
        const secrets = path.join(place, "secrets.yaml");
        writeFileSync(secrets, readFileSync(secrets, "utf8").replaceAll(unknown, "something"));
        const file = path.join(place, "kitchen.yaml");
        if (removed !== "") writeFileSync(file, readFileSync(file, "utf8").replace(removed, "pin: D99"));
        const { ended, output } = await run(findEsphome() ?? "", ["-m", "esphome", "config", file]);
        expect(ended, output).toBe(code);
        expect(output).not.toContain(`Bearer ${"t".repeat(40)}`);
      },
      60_000,
    );
  },
);

describe("pinError", () => {
  it.each([
    ["a DHT without a pin", { pin: undefined }, /is missing; a DHT22 needs one\. Allowed on d1_mini: D1,/],
    ["a pin that is the serial port's", { pin: "GPIO1" }, /"GPIO1" cannot take a DHT22/],
    ["a printed name on a board that has none", { board: "esp32dev", pin: "D4" }, /"D4" cannot take/],
    ["a pin for a sensor on I²C", { model: "BME280", pin: "D4" }, /uses I²C, SDA on GPIO4 and SCL on GPIO5/],
  ] as const)("tells of %s", (_, change, says) => {
    expect(pinError({ ...device(), ...change })).toMatch(says);
  });
});

describe("npm run esphome", () => {
  it("writes home's devices, keeps what the user filled in, and takes tokens when they are known", async () => {
    const place = folder();
    const secrets = path.join(place, "home", "secrets.yaml");
    expect(await main(["home"], place, () => Promise.resolve({ values: {}, why: "no stack yet" }))).toBe(0);
    const first = parse(readFileSync(secrets, "utf8")) as Record<string, string>;
    expect(first).toMatchObject({ wifi_ssid: unknown, kitchen_authorization: unknown });
    expect(first).not.toHaveProperty("bedroom_authorization");
    expect(first.ota_password).toMatch(/^[0-9a-f]{32}$/);

    writeFileSync(
      secrets,
      readFileSync(secrets, "utf8").replace(`wifi_ssid: ${unknown}`, "wifi_ssid: my network"),
    );
    expect(await main(["home"], place, () => Promise.resolve({ values: { kitchen: "token" } }))).toBe(0);
    expect(parse(readFileSync(secrets, "utf8"))).toEqual({
      ...first,
      wifi_ssid: "my network",
      kitchen_authorization: "Bearer token",
    });
    expect(readFileSync(path.join(place, "home", "kitchen.yaml"), "utf8")).not.toContain("Bearer");
  });

  it("says how it is used", async () => {
    expect(await main([], folder())).toBe(2);
  });
});
