// What is known of a resource. In a preview, an engine's value may be unknown, and reading it throws.

/** A value that was read, but is only known once other resources are there. */
export class UnknownPart extends Error {
  /** What the engine threw. */
  readonly original: Error;
  /** Where it is, from the resource's properties. */
  readonly path: readonly string[];

  constructor(original: Error, path: readonly string[]) {
    super(`${path.join(".")} is unknown`);
    this.original = original;
    this.path = path;
  }
}

/** A list's entry, by its path: `spec.template.spec.containers.1`. A map's, where its key is a number. */
type Entry = string;

/**
 * A copy of a resource's properties without what is null, as charts write what is not set. Where one can't be read yet,
 * the copy throws an UnknownPart instead.
 *
 * @param omitted entries of lists that the copy does not have
 */
export function knownProps(
  props: Readonly<Record<string, unknown>>,
  omitted: ReadonlySet<Entry> = new Set(),
): Record<string, unknown> {
  return copyOf(props, [], omitted) as Record<string, unknown>;
}

/** The innermost list's entry that a path leads through; undefined if there is none. */
export function entryAround(path: readonly string[]): Entry | undefined {
  const at = path.findLastIndex((key) => /^\d+$/.test(key));
  return at < 0 ? undefined : path.slice(0, at + 1).join(".");
}

function copyOf(value: unknown, path: readonly string[], omitted: ReadonlySet<Entry>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return filled({}, value, path, omitted);
  const kept = [...value.keys()].filter((i) => !omitted.has([...path, String(i)].join(".")));
  const list: unknown[] = [];
  kept.forEach((from, to) => define(list, String(to), value, String(from), path, omitted));
  return list;
}

function filled(copy: object, value: object, path: readonly string[], omitted: ReadonlySet<Entry>): object {
  const kept = Object.keys(value).filter((key) => !omitted.has([...path, key].join(".")));
  for (const key of kept) define(copy, key, value, key, path, omitted);
  return copy;
}

function define(
  copy: object,
  key: string,
  value: object,
  from: string,
  path: readonly string[],
  omitted: ReadonlySet<Entry>,
): void {
  const at = [...path, from];
  const shared = { configurable: true, enumerable: true };
  try {
    const part: unknown = Reflect.get(value, from);
    if (part === null || part === undefined) return;
    Object.defineProperty(copy, key, { ...shared, writable: true, value: copyOf(part, at, omitted) });
  } catch (error) {
    const original = error instanceof Error ? error : new Error(String(error));
    const get = (): never => {
      throw new UnknownPart(original, at);
    };
    Object.defineProperty(copy, key, { ...shared, get });
  }
}
