import { runCommand } from "../run.ts";
import { main } from "./main.ts";

await runCommand(main);
