import { isIPv4 } from "node:net";
import { authorizationSecret } from "../components/sensors/esphome.ts";
import { deviceBoards } from "../components/sensors/deviceBoards.ts";
import { pinFault, type SensorDevice } from "../components/sensors/devices.ts";
import { sensorModels } from "../gateway/models.ts";
import type { Fault } from "./faults.ts";
import { sensors as schema } from "./schema/sensors.ts";

type Written = Readonly<Record<string, unknown>>;

/**
 * The faults of the sensors' settings that no schema can see.
 *
 * @param sensors the section as it was written
 * @param hostOf the address of a board
 */
export function sensorFaults(sensors: Written, hostOf: (board: string) => string | undefined): Fault[] {
  const devices = (Array.isArray(sensors.devices) ? sensors.devices : []) as Written[];
  return [
    ...devices.flatMap((device, i) => deviceFaults(device, i, devices)),
    ...udpFaults(sensors, devices, hostOf),
    ...humidityFaults(sensors),
  ];
}

/** A monitor whose limits cross would always tell. */
function humidityFaults({ humidity }: Written): Fault[] {
  const usual = schema.parse({}).humidity;
  const { min = usual.min, max = usual.max } = (humidity ?? {}) as Written;
  if (typeof min !== "number" || typeof max !== "number" || min < max) return [];
  return [
    fault(
      "humidity.min",
      `${min} is not below humidity.max, ${max}: no humidity is right then. Give the smaller first.`,
    ),
  ];
}

function deviceFaults(device: Written, i: number, devices: readonly Written[]): Fault[] {
  const { name, board = "d1_mini", model = "DHT22", pin } = device;
  const faults: Fault[] = [];
  const first = devices.findIndex((other) => isSame(other.name, name));
  if (typeof name === "string" && first < i) {
    faults.push(fault(`devices[${i}].name`, `"${name}" is the name of devices[${first}] already.`));
  }
  if (!isKey(board, deviceBoards) || !isKey(model, sensorModels)) return faults;
  if (pin !== undefined && typeof pin !== "string") return faults;
  const why = pinFault({ board, model, pin } as SensorDevice, deviceBoards);
  return why === undefined ? faults : [...faults, fault(`devices[${i}].pin`, why)];
}

/** Whether two names would be one in `secrets.yaml`. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string") return false;
  return authorizationSecret({ name: one }) === authorizationSecret({ name: other });
}

/** ESPHome's `statsd` takes an IPv4 address, and a board's is only known to be the gateway's if it runs there. */
function udpFaults(
  { board }: Written,
  devices: readonly Written[],
  hostOf: (board: string) => string | undefined,
): Fault[] {
  const udp = devices.findIndex(({ transport }) => transport === "udp");
  if (udp < 0) return [];
  if (board === undefined) {
    return [fault("board", `is missing; devices[${udp}] sends by UDP, and needs the address of a board.`)];
  }
  const host = typeof board === "string" ? hostOf(board) : undefined;
  if (host === undefined || isIPv4(host)) return [];
  return [
    fault("board", `has the host "${host}"; readings by UDP need a board whose host is an IPv4 address.`),
  ];
}

function isKey(value: unknown, keys: object): boolean {
  return typeof value === "string" && Object.hasOwn(keys, value);
}

function fault(setting: string, message: string): Fault {
  return { path: `bramble:sensors.${setting}`, message };
}
