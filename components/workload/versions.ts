// Versions in tags, which no rule orders: `v3.7.18`, `next-0.14.3`, `1.38.0-musl`, `v1.9.1-flannel3`.
import { repositoryOf } from "./images.ts";

/** A tag with `#` for each of its numbers: `next-#.#.#`. Tags of one form are versions of one thing. */
export function formOf(tag: string): string {
  return tag.replaceAll(/\d+/g, "#");
}

/** The numbers in a tag, in their order. */
export function numbersOf(tag: string): number[] {
  return (tag.match(/\d+/g) ?? []).map(Number);
}

/** A tag with other numbers in place of its first ones. */
export function withNumbers(tag: string, numbers: readonly number[]): string {
  let at = 0;
  return tag.replaceAll(/\d+/g, (old) => String(numbers[at++] ?? old));
}

/** Less than 0 where the first version is the older one; a number that is missing is 0. */
export function compareNumbers(one: readonly number[], other: readonly number[]): number {
  const longest = Math.max(one.length, other.length);
  for (let at = 0; at < longest; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The tag of an image, without a digest; empty if it has none. */
export function tagOf(image: string): string {
  return image.replace(/@.*$/, "").slice(repositoryOf(image).length + 1);
}

/** The first three numbers of a tag, as semver wants them: `0.14.3` of `next-0.14.3`. */
export function semverOf(tag: string): string {
  const [major = 0, minor = 0, patch = 0] = numbersOf(tag);
  return `${major}.${minor}.${patch}`;
}
