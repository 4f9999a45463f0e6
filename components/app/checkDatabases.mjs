// Checks the databases that a restore test has left, deletes them, and adds to its verdict what is wrong.
// Usage: node checkDatabases.mjs FOLDER VERDICT
//   FOLDER   the folder with the databases
//   VERDICT  the file with the verdict: seconds, and on a second line what failed
// Like restoreTest.sh it ends with 0 whatever it finds.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { damageOf } from "./integrity.mjs";

const [folder, verdict] = process.argv.slice(2);
const [seconds, failure] = readFileSync(verdict, "utf8").split("\n");
if (failure === "") {
  const databases = existsSync(folder) ? readdirSync(folder) : [];
  const damaged = databases.flatMap((name) => {
    const damage = damageOf(`${folder}/${name}`);
    if (damage.length === 0) return [];
    console.error(`${name} is damaged; SQLite says:\n${damage.join("\n")}`);
    return [`the database ${name} in the backup is damaged: ${damage[0]}.`];
  });
  const found = databases.length === 0 ? ["the backup has no database."] : damaged;
  writeFileSync(verdict, `${seconds}\n${found.join(" ")}\n`);
  console.log(`${databases.length} databases checked, ${damaged.length} damaged`);
}
rmSync(folder, { recursive: true, force: true });
