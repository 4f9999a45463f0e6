import type { z } from "zod";

/** Refuses what a function finds an error in: the value is told before its words. */
export function refusing(errorOf: (value: string) => string | undefined) {
  return (value: string, context: z.RefinementCtx): void => {
    const message = errorOf(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  };
}

/** Refuses what does not go together: the message says all of it. */
export function refuse(context: z.RefinementCtx, code: string, path: PropertyKey[], message: string): void {
  context.addIssue({ code: "custom", path, message, params: { code } });
}
