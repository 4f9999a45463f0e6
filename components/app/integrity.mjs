import { DatabaseSync } from "node:sqlite";

/**
 * What SQLite finds wrong with the database in a file; empty if it is sound.
 *
 * @param {string} file
 * @returns {string[]}
 */
export function damageOf(file) {
  try {
    const database = new DatabaseSync(file);
    const rows = database.prepare("PRAGMA integrity_check").all();
    database.close();
    return rows.map(({ integrity_check: found }) => String(found)).filter((found) => found !== "ok");
  } catch (error) {
    // It is no database at all, or too damaged to be read.
    return [error instanceof Error ? error.message : String(error)];
  }
}
