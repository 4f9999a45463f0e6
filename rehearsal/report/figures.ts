/** `1 board`, `2 boards`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A figure in MiB without a fraction, with a minus sign as wide as a digit. */
export function mebibytes(figure: number): string {
  const rounded = Math.round(figure);
  return rounded < 0 ? `−${-rounded}` : String(Math.abs(rounded));
}

/** A duration in words: `0.4 s`, `12 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  const tenths = seconds.toFixed(1);
  if (Number(tenths) < 10) return `${tenths} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
