// What a `pulumi up` of the lab is doing, a line for each step.

/** A step as the CLI prints it: "+  command:remote:Command lab-1-host creating (3s) host: …". */
const step = /^[+~-]+ +(\S+) (\S+) (\*\*\w+ failed\*\*|(?:creat|updat|delet|replac)(?:ing|ed))/;

/**
 * Takes the lines of one `pulumi up` and tells when a step begins and when it has ended, once each: the CLI repeats the
 * line of a step that takes long. Of what is not done on a board only the end is told: it takes no time.
 */
export function stepTeller(say: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    const [, type, name = "", state = ""] = step.exec(line) ?? [];
    const said = `${name}: ${state.replaceAll("*", "")}`;
    const begins = state.endsWith("ing");
    if (name === "" || told.has(said) || (begins && type !== "command:remote:Command")) return;
    told.add(said);
    say(`  ${said}`);
  };
}
