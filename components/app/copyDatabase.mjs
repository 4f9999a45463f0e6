// Copies a SQLite database while its program is at work, as of one moment, and checks the copy.
// Usage: node copyDatabase.mjs SOURCE TARGET
import { renameSync, rmSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { damageOf } from "./integrity.mjs";

const [source, target] = process.argv.slice(2);
const part = `${target}.part`;
rmSync(part, { force: true });

const database = new DatabaseSync(source, { readOnly: true, timeout: 30_000 });
// A few pages at a time: in between, the program may write.
const pages = await backup(database, part, { rate: 64 });
database.close();

const damage = damageOf(part);
if (damage.length > 0) {
  console.error(`${source} is damaged; SQLite says:\n${damage.join("\n")}`);
  process.exit(1);
}
renameSync(part, target);
console.log(`${source}: ${pages} pages copied, sound`);
