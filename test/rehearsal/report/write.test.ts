import { mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writePage } from "../../../rehearsal/report/page.ts";

const html = "<p>new</p>";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bramble-report-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("replaces the old page by a new file and leaves nothing else", async () => {
  const path = join(folder, "report.html");
  await writeFile(path, "old");
  const { ino } = await stat(path);
  await writePage(path, html);
  expect(await readFile(path, "utf8")).toBe(html);
  expect((await stat(path)).ino).not.toBe(ino);
  expect(await readdir(folder)).toEqual(["report.html"]);
});

it("makes the folder", async () => {
  const path = join(folder, "a", "b", "report.html");
  await writePage(path, html);
  expect(await readFile(path, "utf8")).toBe(html);
});

it("names the page where its folder cannot be made", async () => {
  await writeFile(join(folder, "file"), "");
  const path = join(folder, "file", "report.html");
  await expect(writePage(path, html)).rejects.toThrow(`cannot write the report to ${path}: `);
});

it("says which page it cannot write and leaves no draft", async () => {
  const path = join(folder, "report.html");
  await mkdir(join(path, "in the way"), { recursive: true });
  await expect(writePage(path, html)).rejects.toThrow(`cannot write the report to ${path}: `);
  expect(await readdir(folder)).toEqual(["report.html"]);
});
