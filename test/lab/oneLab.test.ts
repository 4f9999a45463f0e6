import { expect, it } from "vitest";
import { claimLab, endLab } from "../../lab/oneLab.ts";

const name = `\0bramble-lab-test-${process.pid}`;
const nobody = () => undefined;

it("refuses a second lab, and says whose the first is", async () => {
  const giveBack = await claimLab(nobody, name);
  await expect(claimLab(nobody, name)).rejects.toThrow(
    new RegExp(`already running \\(process ${process.pid}, since .*Shut it down: npm run lab -- --down`),
  );
  giveBack();
  (await claimLab(nobody, name))();
});

it("ends a lab on request, and says so when it has ended", async () => {
  const order: string[] = [];
  const giveBack = await claimLab(() => {
    order.push("asked");
    setTimeout(() => {
      order.push("ended");
      giveBack();
    }, 20);
  }, name);
  expect(await endLab(name)).toBe(true);
  expect(order).toEqual(["asked", "ended"]);
  expect(await endLab(name)).toBe(false);
});
