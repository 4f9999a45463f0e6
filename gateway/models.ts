const allHumidity = { min: 0, max: 100 };

/**
 * The models of sensors, each with the range that its data sheet gives, in °C and % relative humidity: what is
 * beyond, it did not measure.
 */
export const sensorModels = {
  // Aosong, DHT22 (AM2302) data sheet.
  DHT22: { temperature: { min: -40, max: 80 }, humidity: allHumidity },
  // Aosong, DHT11 data sheet 1.3: 20 to 90 % and 0 to 50 °C; the version sold since 2019 reaches down to −20 and
  // from 5 to 95 %. The wider of both, for nobody knows which he has.
  DHT11: { temperature: { min: -20, max: 60 }, humidity: { min: 5, max: 95 } },
  // Bosch Sensortec, BME280 data sheet BST-BME280-DS002, table 1.
  BME280: { temperature: { min: -40, max: 85 }, humidity: allHumidity },
  // Sensirion, SHT3x-DIS data sheet, tables 1 and 2.
  SHT3X: { temperature: { min: -40, max: 125 }, humidity: allHumidity },
} as const;

/** Name of a model of sensor. */
export type SensorModel = keyof typeof sensorModels;
