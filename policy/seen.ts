// Resources as rules see them: as far as they are known.
import { QuantityError } from "../components/workload/quantity.ts";
import { entryAround, knownProps, UnknownPart } from "./known.ts";

/** A resource as a rule sees it: before it is made by its inputs, in a whole stack by its outputs. */
export interface Seen {
  /** `kubernetes:apps/v1:Deployment`, `bramble:board:Board`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Whether it was registered with `protect`. */
  readonly isProtected: boolean;
}

/** What a rule has against something. */
export interface RuleViolation {
  readonly message: string;
  /** Undefined where it is the stack's. */
  readonly resource?: Seen | undefined;
}

/** What a rule has against resources. */
export interface Judgement {
  readonly violations: RuleViolation[];
  /** What the engine threw where a value is unknown without which there may be further violations. */
  readonly unknown?: Error | undefined;
}

/** What is in the place of a namespace or a name that is not known yet. */
export const unknownName = "?";

/** Copies of all that is known of a resource, by its properties: every rule asks for the same. */
const copies = new WeakMap<Seen["props"], Seen["props"]>();

/** A resource as far as it is known; only what a rule asks for is copied. */
function knownIn({ type, name, isProtected, props }: Seen, omitted?: ReadonlySet<string>): Seen {
  let copy: Seen["props"] | undefined;
  return {
    ...{ type, name, isProtected },
    get props() {
      return (copy ??= omitted?.size ? knownProps(props, omitted) : copyOf(props));
    },
  };
}

function copyOf(props: Seen["props"]): Seen["props"] {
  const copy = copies.get(props) ?? knownProps(props);
  copies.set(props, copy);
  return copy;
}

/** Judges a resource; entries of lists in which something unknown is needed are left aside. */
export function judgeKnown(resource: Seen, messages: (known: Seen) => string[]): Judgement {
  const omitted = new Set<string>();
  let unknown: Error | undefined;
  for (;;) {
    try {
      const known = messages(knownIn(resource, omitted));
      return { violations: known.map((message) => ({ message, resource })), unknown };
    } catch (error) {
      if (!(error instanceof UnknownPart)) throw error;
      unknown ??= error.original;
      const entry = entryAround(error.path);
      if (entry === undefined) return { violations: [], unknown };
      omitted.add(entry);
    }
  }
}

/**
 * Judges a stack as far as it is known.
 *
 * @param mayOmit whether a resource may be left aside, in which something unknown is needed
 */
export function judgeStack(
  resources: readonly Seen[],
  mayOmit: (resource: Seen) => boolean,
  violationsOf: (known: readonly Seen[]) => RuleViolation[],
): Judgement {
  const originals = new Map(resources.map((resource) => [knownIn(resource), resource]));
  let unknown: Error | undefined;
  for (;;) {
    try {
      const found = violationsOf([...originals.keys()]);
      const violations = found.map(({ message, resource }) => ({
        message,
        resource: resource && originals.get(resource),
      }));
      return { violations, unknown };
    } catch (error) {
      // A quantity that is none is for the rules that judge each resource.
      if (error instanceof QuantityError) return { violations: [], unknown };
      if (!(error instanceof UnknownPart)) throw error;
      unknown ??= error.original;
      const holder = [...originals.keys()].find((each) => mayOmit(each) && holds(each, error));
      if (!holder) return { violations: [], unknown };
      originals.delete(holder);
    }
  }
}

/** Whether it is this resource that an unknown value is of. */
function holds({ props }: Seen, { path, original }: UnknownPart): boolean {
  try {
    path.reduce((part: unknown, key) => (part as Record<string, unknown> | undefined)?.[key], props);
    return false;
  } catch (error) {
    return error instanceof UnknownPart && error.original === original;
  }
}
