import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { diskIn } from "../../lab/disk.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-disk-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

it("is blank at first, takes no space, and keeps what is on it", async () => {
  const file = path.join(folder, "disk-1.img");
  expect(await diskIn(file, "virtio-lab-disk")).toEqual({ file, serial: "lab-disk" });
  const { size, blocks } = fs.statSync(file);
  expect({ size, blocks }).toEqual({ size: 2 ** 31, blocks: 0 });
  const written = fs.openSync(file, "r+");
  fs.writeSync(written, "kept", 4096);
  fs.closeSync(written);
  await diskIn(file, "virtio-lab-disk");
  const read = Buffer.alloc(4);
  const again = fs.openSync(file, "r");
  fs.readSync(again, read, 0, 4, 4096);
  fs.closeSync(again);
  expect([read.toString(), fs.statSync(file).size]).toEqual(["kept", 2 ** 31]);
});

it("refuses a name that no virtual board gives a disk", async () => {
  await expect(diskIn(path.join(folder, "other.img"), "usb-Disk-0:0")).rejects.toThrow(
    'a virtual board\'s disk is "usb-Disk-0:0"; it must be virtio-…',
  );
  expect(fs.existsSync(path.join(folder, "other.img"))).toBe(false);
});
