// The processors that virtual boards can have.
import type { SetUp } from "../tools/setUp.ts";

/** A processor's architecture, as Debian and Go name it: this machine's, or one that is emulated. */
export type Architecture = "amd64" | "arm64";

/** Runs a program for arm64 on this machine: Debian's package qemu-user-static. */
export const arm64Emulator = "qemu-aarch64-static";

/** What the set-up of programs for an architecture has otherwise than that for this machine. */
export function setUpFor(architecture: Architecture): Pick<SetUp, "platform" | "emulator"> | undefined {
  return architecture === "amd64" ? undefined : { platform: "linux-arm64", emulator: arm64Emulator };
}

/** What the names of things for an architecture end with; nothing for amd64, which most things are for. */
export function suffixOf(architecture: Architecture): string {
  return architecture === "amd64" ? "" : `-${architecture}`;
}
