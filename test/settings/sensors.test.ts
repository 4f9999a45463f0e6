import { describe, expect, it } from "vitest";
import { gatewayAddressOf } from "../../commands/esphome/write.ts";
import { settingsOf, settingsOfFile } from "../../settings/settings.ts";
import { readStackFile } from "../../settings/stackFile.ts";
import { errorsIn } from "./files.ts";

type Config = Record<string, unknown>;

/** Home's settings with a kitchen, changed. */
function settings(sensors: Config = {}, device: Config = {}): Config {
  const config = structuredClone<Config>({ ...readStackFile("home") });
  config["bramble:cluster"] = { kubeconfig: "kubeconfig.home" };
  config["bramble:datadog"] = { apiKey: "0".repeat(32) };
  config["bramble:dns"] = { apiToken: "t".repeat(40) };
  config["bramble:sensors"] = {
    devices: [{ name: "kitchen", room: "kitchen", pin: "D4", ...device }],
    ...sensors,
  };
  return config;
}

const errorsOf = (config: Config) =>
  Object.fromEntries(
    errorsIn(() => settingsOf("home", config, () => true)).map(({ path, message }) => [path, message]),
  );

describe("the sensors' settings", () => {
  it("have defaults for what most devices are", () => {
    expect(settingsOf("home", settings(), () => true).sensors).toMatchObject({
      host: "sensors",
      humidity: { min: 30, max: 70 },
      devices: [{ board: "d1_mini", model: "DHT22", transport: "http", interval: 60 }],
    });
  });

  it.each<[string, Config, string, RegExp]>([
    [
      "a DHT22 without a pin",
      { pin: undefined },
      "devices[0].pin",
      /is missing; a DHT22 needs one\. Allowed on d1_mini: D1, D2/,
    ],
    ["a pin that the board has not", { pin: "GPIO99" }, "devices[0].pin", /"GPIO99" cannot take a DHT22/],
    ["a pin for a sensor on I²C", { model: "SHT3X" }, "devices[0].pin", /uses I²C/],
    [
      "a model with a typing error",
      { model: "DHT23" },
      "devices[0].model",
      /"DHT23" is not known\. Allowed: DHT22, .* Did you mean "DHT22"\?/,
    ],
    ["a board with a typing error", { board: "d1mini" }, "devices[0].board", /Did you mean "d1_mini"\?/],
    ["a name in capitals", { name: "Kitchen" }, "devices[0].name", /"Kitchen" must be lower-case/],
    [
      "more readings than a DHT22 gives",
      { interval: 1 },
      "devices[0].interval",
      /1 must be 5 to 600 seconds/,
    ],
    ["UDP without a board", { transport: "udp" }, "board", /is missing; devices\[0\] sends by UDP/],
  ])("refuse %s", (_, device, path, says) => {
    expect(errorsOf(settings({}, device))[`bramble:sensors.${path}`]).toMatch(says);
  });

  it("refuse two devices with one name, or with names that are one in secrets.yaml", () => {
    const [one, other] = ["kitchen", "attic"].map((name) => ({ name, room: "x", pin: "D4" }));
    expect(errorsOf(settings({ devices: [one, other] }))).toEqual({});
    expect(errorsOf(settings({ devices: [one, other, one] }))).toEqual({
      "bramble:sensors.devices[2].name": '"kitchen" is already the name of devices[0].',
    });
  });

  it("refuse UDP at a board that has no IPv4 address, or that is none", () => {
    const udp = (change: (config: Config) => void) => {
      const config = settings({ board: "pi3-3" }, { transport: "udp" });
      change(config);
      return errorsOf(config)["bramble:sensors.board"];
    };
    const boards = (config: Config) => config["bramble:boards"] as { host: string }[];
    expect(udp(() => undefined)).toBeUndefined();
    expect(udp((config) => (boards(config)[3]!.host = "pi3-3.lan"))).toMatch(/has the host "pi3-3.lan"/);
    expect(udp((config) => ((config["bramble:sensors"] as Config).board = "pi9"))).toMatch(
      /there is no board "pi9"/,
    );
  });

  it("refuse what is no range of addresses", () => {
    expect(errorsOf(settings({ networks: ["192.168.1.5"] }))["bramble:sensors.networks[0]"]).toMatch(
      /"192\.168\.1\.5" must be a range of addresses such as 192\.168\.1\.0\/24/,
    );
  });
});

it("the stack's file alone tells where devices send", () => {
  expect(gatewayAddressOf(settingsOfFile("home").settings)).toEqual({
    url: "https://sensors.home.example.com/readings",
    statsd: { host: "192.168.1.13", port: 30125 },
  });
});
