/** A value as one word of a POSIX shell, whatever is in it. */
export function quoted(value: string): string {
  if (value.includes("\0")) throw new Error("A shell word can't contain a NUL character.");
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * Shell assignments, one for each value: `NAME='value'`.
 *
 * @throws Error if a name is not of capital letters and underscores
 */
export function assignments(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (!/^[A-Z][A-Z_]*$/.test(name)) throw new Error(`${name} is not a valid name for a shell parameter.`);
      return `${name}=${quoted(String(value))}\n`;
    })
    .join("");
}
