import { DatabaseSync } from "node:sqlite";

/** Every row of every table of a SQLite database, by the table's name. */
export function databaseRows(file: string): Record<string, Record<string, unknown>[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  const rows = tables.map(({ name }) => {
    const found = database.prepare(`SELECT * FROM "${String(name)}" ORDER BY rowid`).all();
    return [String(name), found.map((row) => ({ ...row }))] as const;
  });
  database.close();
  return Object.fromEntries(rows);
}
