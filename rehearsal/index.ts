import { rehearsalFolder } from "./folder.ts";
import { main } from "./main.ts";

process.exitCode = await main(process.argv.slice(2), rehearsalFolder());
