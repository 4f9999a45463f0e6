import { enableCompileCache } from "node:module";

// Most of the time goes into compiling the SDK and stripping types, which Node keeps for the next run.
enableCompileCache();
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
