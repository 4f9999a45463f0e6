import { Refusal } from "./refusal.ts";

/** A word for no number as C's printf, Arduino's `print`, Python and JavaScript write it, after a key. */
const bareWord = /(:\s*)([-+]?(?:nan|inf(?:inity)?|ovf))(?=\s*[,}])/i;
const decimalComma = /(:\s*)(-?\d+),(\d+)(?=\s*[,}])/;

/**
 * Reads JSON.
 *
 * @throws Refusal `nan_in_json` where only a word for no number is in the way, else `malformed`; both say what to
 *   send instead
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refusalOf(text);
  }
}

function refusalOf(text: string): Refusal {
  if (text.trim() === "")
    return new Refusal("malformed", 'the body is empty; send {"temperature": 21.4, "humidity": 48.2}');
  const [, , word] = bareWord.exec(text) ?? [];
  if (word !== undefined && isJson(replaceAll(text, bareWord, "$1null")))
    return new Refusal("nan_in_json", `${word} is not valid JSON: send null; the sensor did not answer`);
  const [, , whole, fraction] = decimalComma.exec(text) ?? [];
  if (fraction !== undefined && isJson(replaceAll(text, decimalComma, "$1$2.$3")))
    return new Refusal("malformed", `${whole},${fraction} has a decimal comma: send ${whole}.${fraction}`);
  return new Refusal("malformed", "the body must be JSON");
}

function replaceAll(text: string, pattern: RegExp, replacement: string): string {
  return text.replace(new RegExp(pattern, `${pattern.flags}g`), replacement);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
