/**
 * Dew point in °C: the Magnus formula with the coefficients of Alduchov and Eskridge, "Improved Magnus form
 * approximation of saturation vapor pressure", J. Appl. Meteor. 35 (1996), eq. 21: within 0.4 % of the vapour
 * pressure from −40 to 50 °C.
 *
 * @param temperature in °C
 * @param humidity relative, in %; undefined is returned for 0, where there is none
 */
export function dewPoint(temperature: number, humidity: number): number | undefined {
  if (humidity <= 0) return undefined;
  const [a, b] = [17.625, 243.04];
  const gamma = Math.log(humidity / 100) + (a * temperature) / (b + temperature);
  return (b * gamma) / (a - gamma);
}

/**
 * Heat index in °C: what the air feels like in the shade. As the US National Weather Service computes it
 * (https://www.wpc.ncep.noaa.gov/html/heatindex_equation.shtml): Steadman's simple formula, and where that gives
 * 80 °F or more, Rothfusz's regression (NWS Technical Attachment SR 90-23, 1990) with its two adjustments. At
 * 40 °F (4.4 °C) and below it is the temperature itself (NWS, National Digital Forecast Database, apparent
 * temperature).
 *
 * @param temperature in °C
 * @param humidity relative, in %
 */
export function heatIndex(temperature: number, humidity: number): number {
  const t = temperature * 1.8 + 32;
  if (t <= 40) return temperature;
  const simple = 0.5 * (t + 61 + (t - 68) * 1.2 + humidity * 0.094);
  const felt = (simple + t) / 2 < 80 ? (simple + t) / 2 : rothfusz(t, humidity) + adjustment(t, humidity);
  return (felt - 32) / 1.8;
}

/** In °F. */
function rothfusz(t: number, r: number): number {
  return (
    -42.379 +
    2.04901523 * t +
    10.14333127 * r -
    0.22475541 * t * r -
    6.83783e-3 * t * t -
    5.481717e-2 * r * r +
    1.22874e-3 * t * t * r +
    8.5282e-4 * t * r * r -
    1.99e-6 * t * t * r * r
  );
}

/** In °F: for dry heat and for damp warmth. */
function adjustment(t: number, r: number): number {
  if (r < 13 && t >= 80 && t <= 112) return -((13 - r) / 4) * Math.sqrt((17 - Math.abs(t - 95)) / 17);
  if (r > 85 && t >= 80 && t <= 87) return ((r - 85) / 10) * ((87 - t) / 5);
  return 0;
}
