import { isIPv4 } from "node:net";
import { deviceBoards } from "../components/sensors/deviceBoards.ts";
import { pinFault } from "../components/sensors/devices.ts";
import { authorizationSecret } from "../components/sensors/esphome.ts";
import { settingError } from "./errors.ts";
import { type Rule, rule } from "./rule.ts";

/** A monitor whose limits cross would always tell. */
const humidity = rule(["sensors"], function* ({ sensors }) {
  if (!sensors || sensors.humidity.min < sensors.humidity.max) return;
  const { min, max } = sensors.humidity;
  const message = `${min} is not below humidity.max, ${max}. Lower humidity.min or raise humidity.max.`;
  yield settingError("humidity-crossed", "sensors.humidity.min", message);
});

const devices = rule(["sensors"], function* ({ sensors }) {
  // Two names may be one in `secrets.yaml`.
  const keys = (sensors?.devices ?? []).map(authorizationSecret);
  for (const [i, device] of (sensors?.devices ?? []).entries()) {
    const at = `sensors.devices[${i}]`;
    const first = keys.indexOf(keys[i] ?? "");
    if (first < i) {
      const message = `"${device.name}" is already the name of devices[${first}].`;
      yield settingError("device-name-taken", `${at}.name`, message);
    }
    const why = pinFault(device, deviceBoards);
    if (why !== undefined) yield settingError("device-pin", `${at}.pin`, why);
  }
});

/** ESPHome's `statsd` takes an IPv4 address, and a board's is only known to be the gateway's if it runs there. */
const udp = rule(["sensors", "boards"], function* ({ sensors, boards }) {
  const sender = sensors?.devices.findIndex(({ transport }) => transport === "udp") ?? -1;
  if (sender < 0) return;
  if (sensors?.board === undefined) {
    const message = `is missing; devices[${sender}] sends by UDP and needs a board to send to.`;
    yield settingError("udp-without-board", "sensors.board", message);
    return;
  }
  const host = boards.find(({ name }) => name === sensors.board)?.host;
  if (host !== undefined && !isIPv4(host)) {
    const message = `has the host "${host}"; readings by UDP need a board whose host is an IPv4 address.`;
    yield settingError("udp-without-address", "sensors.board", message);
  }
});

/** Rules about the devices and their gateway. */
export const sensorRules: readonly Rule[] = [humidity, devices, udp];
