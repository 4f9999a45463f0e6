import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { kubeconfigOf } from "../../../settings/kubeconfig.ts";
import { settingsOfFile } from "../../../settings/settings.ts";
import { untilInterrupted } from "../../../tools/interruption.ts";
import { complaintOf } from "../../../tools/pulumi.ts";
import { openStack } from "../../run.ts";
import { endings } from "./expiry.ts";
import { isInOrder, overviewText } from "./text.ts";

/**
 * Shows what ends when in a stack and on its boards, and which boards need a reboot. Reads only.
 *
 * @param stack its name
 * @returns the exit code: 0 if all of it is known and renewed in time, 1 if something is not or on an error, 130 if
 *   interrupted
 */
export async function showExpiry(
  stack: string,
  open: (name: string) => Promise<Stack> = openStack,
): Promise<number> {
  return untilInterrupted(
    async (signal) => {
      const own = kubeconfigOf(settingsOfFile(stack).settings);
      const opened = await open(stack);
      const { kubeconfig } = await opened.outputs();
      const text = own ?? (kubeconfig?.value as string | undefined);
      const overview = await endings(await opened.exportStack(), text, signal);
      const now = Date.now();
      console.log(overviewText(overview, now));
      return isInOrder(overview, now) ? 0 : 1;
    },
    (error) => console.error(complaintOf(error)),
  );
}
