// The rehearsal's command line in a folder of its own: `node command.ts <folder> [arguments]`.
import { rehearsalFolder } from "../../rehearsal/folder.ts";
import { main } from "../../rehearsal/main.ts";

const [root, ...args] = process.argv.slice(2);
process.exitCode = await main(args, rehearsalFolder(root));
