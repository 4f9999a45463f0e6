/** Text as it stands in HTML, in an attribute too. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A moment in the past in words: `just now`, `4 min ago`, `3 h ago`. */
export function agoText(seconds: number): string {
  if (seconds < 90) return seconds < 10 ? "just now" : `${Math.round(seconds)} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}

/** A number with one decimal and a proper minus sign, or a dash. */
export function numberText(value: number | undefined, decimals = 1): string {
  if (value === undefined) return "–";
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
