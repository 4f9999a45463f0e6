// A set-up in a process of its own, for tests that start two of them or end one. It takes the surroundings
// as JSON, says what the set-up says on standard error and prints the tools' paths.
import { untilInterrupted } from "../../tools/interruption.ts";
import { obtainTools } from "../../tools/obtain.ts";
import type { SetUp } from "../../tools/setUp.ts";

const given = JSON.parse(process.argv[2] ?? "") as Omit<SetUp<string>, "say">;
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const tell = (error: unknown) => process.stderr.write(`${String(error)}\n`);
process.exitCode = await untilInterrupted(async (signal) => {
  const paths = await obtainTools({ ...given, say, signal });
  process.stdout.write(JSON.stringify(paths));
  return 0;
}, tell);
