import { didYouMean } from "../settings/errors.ts";

/** What can be measured, by the name given on the command line. */
const benches: Record<string, () => Promise<{ main: (args: readonly string[]) => Promise<number> }>> = {
  "control-plane": () => import("./controlPlane/main.ts"),
  boards: () => import("./boards/main.ts"),
  gateway: () => import("./gateway/main.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  const names = Object.keys(benches);
  console.error(
    `There is no bench "${name}"${didYouMean(name, names)}. Run: npm run bench -- ${names.join(" | ")}`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await (await bench()).main(args);
}
