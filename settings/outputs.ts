/** The outputs that a stack has, without those that are undefined: the engine would warn of each. */
export function outputsOf(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
}
