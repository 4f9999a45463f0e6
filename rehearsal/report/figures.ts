/** `1 board`, `2 boards`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A figure in MiB without a fraction, with a minus sign as wide as a digit. */
export function mebibytes(figure: number): string {
  const rounded = Math.round(figure);
  return rounded < 0 ? `−${-rounded}` : String(Math.abs(rounded));
}
