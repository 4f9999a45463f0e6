// The boards' network, the same in each lab: no lab sees another's.

/** The board's router, package server and time server. It leads nowhere, unless there is an outside (outside/). */
export const gatewayAddress = "10.77.0.1";

/** Bits of the network's part in an address. */
export const prefixLength = 24;

/** The boards' network. */
export const lanRange = `10.77.0.0/${prefixLength}`;

/** The device of the lab's network namespace that all boards are plugged into. */
export const lanBridge = "lan";

/** The address of the board with this number, from 1. */
export function boardAddress(board: number): string {
  return `10.77.0.${10 + board}`;
}

/** The board's Ethernet address, in the range for local use. */
export function boardMac(board: number): string {
  return `52:54:00:77:00:${board.toString(16).padStart(2, "0")}`;
}

/** The board's network device in the lab's network namespace. */
export function tapOf(board: number): string {
  return `board${board}`;
}
