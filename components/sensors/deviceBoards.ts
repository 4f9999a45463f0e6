/** A microcontroller board that bramble can write an ESPHome configuration for. */
export interface DeviceBoard {
  readonly platform: "esp8266" | "esp32";
  /** Names of the pins that a sensor's data line may be on: those that can read and drive, and start no board. */
  readonly pins: readonly string[];
  /** The pins that the board's maker prints SDA and SCL beside. */
  readonly i2c: { readonly sda: string; readonly scl: string };
}

// ESP8266EX data sheet 7.0, table 2-1: GPIO6 to 11 are the flash's, 1 and 3 the serial port's; 0, 2 and 15 decide
// how the chip starts (0 and 2 have pull-ups like a DHT22, 15 has a pull-down); 16 has no interrupts and no pull-up.
const esp8266 = {
  platform: "esp8266",
  pins: ["GPIO0", "GPIO2", "GPIO4", "GPIO5", "GPIO12", "GPIO13", "GPIO14"],
  i2c: { sda: "GPIO4", scl: "GPIO5" },
} as const;
/** The same by the names on the board (pins_arduino.h of d1_mini and nodemcu in esp8266/Arduino). */
const printed = ["D1", "D2", "D3", "D4", "D5", "D6", "D7"] as const;

// ESP32 data sheet 4.6, section 2: GPIO6 to 11 are the flash's, 34 to 39 only read, 12 decides the flash's voltage.
const esp32 = {
  platform: "esp32",
  pins: [4, 5, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33].map((pin) => `GPIO${pin}`),
  i2c: { sda: "GPIO21", scl: "GPIO22" },
} as const;

// ESP32-C3 data sheet 1.8, section 2: GPIO11 to 17 are the flash's, 18 and 19 USB's, 2, 8 and 9 decide the start.
const esp32c3 = {
  platform: "esp32",
  pins: [0, 1, 3, 4, 5, 6, 7, 10].map((pin) => `GPIO${pin}`),
  i2c: { sda: "GPIO6", scl: "GPIO7" },
} as const;

/** Boards by the names that PlatformIO, and so ESPHome, gives them. */
export const deviceBoards = {
  d1_mini: { ...esp8266, pins: [...printed, ...esp8266.pins] },
  nodemcuv2: { ...esp8266, pins: [...printed, ...esp8266.pins] },
  esp01_1m: { ...esp8266, pins: ["GPIO0", "GPIO2"], i2c: { sda: "GPIO0", scl: "GPIO2" } },
  esp32dev: esp32,
  lolin32: esp32,
  "esp32-c3-devkitm-1": esp32c3,
} as const satisfies Record<string, DeviceBoard>;

/** Name of a board that a sensor is on. */
export type DeviceBoardName = keyof typeof deviceBoards;
