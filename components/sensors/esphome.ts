import { Document, Scalar } from "yaml";
import type { SensorModel } from "../../gateway/models.ts";
import { type DeviceBoard, deviceBoards } from "./deviceBoards.ts";
import type { SensorDevice } from "./settings.ts";

/** The models that are on I²C, with their address there. */
export const i2cModels: Readonly<Partial<Record<SensorModel, string>>> = { BME280: "0x76", SHT3X: "0x44" };

/** What is wrong with where a device's sensor is connected, or undefined. */
export function pinError({ model, board, pin }: SensorDevice): string | undefined {
  const { pins, i2c }: DeviceBoard = deviceBoards[board];
  if (i2cModels[model] !== undefined) {
    return pin === undefined
      ? undefined
      : `must be omitted: a ${model} uses I²C, SDA on ${i2c.sda} and SCL on ${i2c.scl}.`;
  }
  if (pin !== undefined && pins.includes(pin)) return undefined;
  const given = pin === undefined ? `is missing; a ${model} needs one` : `"${pin}" cannot take a ${model}`;
  return `${given}. Allowed on ${board}: ${pins.join(", ")}.`;
}

/** Where devices send their readings. */
export interface GatewayAddress {
  /** The url of readings over HTTPS. */
  readonly url: string;
  /** The IP address that takes StatsD, and its UDP port. Undefined where no device uses it. */
  readonly statsd?: { readonly host: string; readonly port: number };
}

/** A value of `secrets.yaml` that a device's configuration names. */
export function authorizationSecret({ name }: Pick<SensorDevice, "name">): string {
  return `${name.replaceAll("-", "_")}_authorization`;
}

/** The keys of `secrets.yaml` that every device's configuration names. */
export const sharedSecrets = ["wifi_ssid", "wifi_password", "ota_password"] as const;

/**
 * A device's configuration for ESPHome, as YAML. It holds no secret: those are in `secrets.yaml` beside it.
 *
 * There is no `api:`, because a device that has one restarts whenever no Home Assistant asked it for 15 minutes.
 */
export function esphomeYaml(device: SensorDevice, gateway: GatewayAddress): string {
  const { platform } = deviceBoards[device.board];
  const config = {
    esphome: { name: device.name, friendly_name: `${device.name} (${device.room})` },
    [platform]: {
      board: device.board,
      ...(platform === "esp32" && { framework: { type: "esp-idf" } }),
    },
    // Over USB only: a serial log over Wi-Fi needs the API.
    logger: { level: "INFO" },
    ota: [{ platform: "esphome", password: secret("ota_password") }],
    wifi: { ssid: secret("wifi_ssid"), password: secret("wifi_password") },
    ...sensorOf(device, deviceBoards[device.board]),
    ...(device.transport === "http" ? overHttp(device, gateway.url) : overUdp(device, gateway.statsd)),
  };
  const document = new Document(config);
  document.commentBefore = ` Written by \`npm run esphome\` from the settings: change those, not this.`;
  return document.toString({ lineWidth: 0 });
}

function sensorOf({ model, pin, transport, interval }: SensorDevice, { i2c }: DeviceBoard): object {
  // Over HTTP the sensor is asked right before the reading is sent.
  const updateInterval = transport === "http" ? "never" : `${interval}s`;
  const common = {
    id: "climate",
    update_interval: updateInterval,
    temperature: { id: "temperature", name: "Temperature" },
    humidity: { id: "humidity", name: "Humidity" },
  };
  const address = i2cModels[model];
  if (address === undefined) return { sensor: [{ platform: "dht", model, pin, ...common }] };
  const platform = model === "BME280" ? "bme280_i2c" : "sht3xd";
  return { i2c, sensor: [{ platform, address, ...common }] };
}

function overHttp(device: SensorDevice, url: string): object {
  // ArduinoJson writes NaN, which a sensor that does not answer gives, as null.
  const json = [
    `root["sensor"] = "${device.name}";`,
    `root["temperature"] = id(temperature).state;`,
    `root["humidity"] = id(humidity).state;`,
  ].join("\n");
  const post = {
    url,
    request_headers: {
      "Content-Type": "application/json",
      Authorization: secret(authorizationSecret(device)),
    },
    json: Object.assign(tagged("!lambda", json), { type: "BLOCK_LITERAL" }),
  };
  return {
    http_request: {
      timeout: "10s",
      // An ESP8266 has no memory for certificates: it encrypts, but does not know for whom.
      ...(deviceBoards[device.board].platform === "esp8266" && { verify_ssl: false }),
    },
    interval: [
      {
        interval: `${device.interval}s`,
        // A sensor on I²C answers a little later than it is asked.
        then: [{ "component.update": "climate" }, { delay: "1s" }, { "http_request.post": post }],
      },
    ],
  };
}

/** @throws Error if there is no address for StatsD */
function overUdp({ name, interval }: SensorDevice, statsd: GatewayAddress["statsd"]): object {
  if (statsd === undefined)
    throw new Error(`${name} is configured to send by UDP, but no gateway receives it`);
  const quantities = ["temperature", "humidity"];
  return {
    statsd: {
      ...statsd,
      // Not left out: ESPHome's statsd writes a dot before the name then too.
      prefix: name,
      update_interval: `${interval}s`,
      sensors: quantities.map((quantity) => ({ id: quantity, name: quantity })),
    },
  };
}

function secret(name: string): Scalar {
  return tagged("!secret", name);
}

function tagged(tag: string, value: string): Scalar {
  return Object.assign(new Scalar(value), { tag });
}
