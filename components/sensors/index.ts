// The gateway of temperature and humidity sensors, and the devices' files.
export { sensors } from "./app.ts";
export { type DeviceBoard, type DeviceBoardName, deviceBoards } from "./deviceBoards.ts";
export { esphomeYaml, type GatewayAddress } from "./esphome.ts";
export { sensorGatewayWorkload, type SensorGatewayWorkloadArgs } from "./gatewayWorkload.ts";
export { SensorGateway, type SensorGatewayArgs } from "./sensors.ts";
export type { SensorDevice } from "./settings.ts";
