import type { Imports } from "./imports.ts";

/** What can be reached from a room, by any number of imports. */
function reached(rooms: Imports, from: string): Set<string> {
  const all = new Set<string>();
  const walk = (room: string): void => {
    for (const next of rooms.get(room) ?? []) {
      if (all.has(next)) continue;
      all.add(next);
      walk(next);
    }
  };
  walk(from);
  return all;
}

/**
 * The rooms of the house as a Mermaid flowchart. An arrow leads from a room to one that it imports; where another way
 * leads there too, only the longer one is drawn.
 *
 * @param rooms without circles
 */
export function architecture(rooms: Imports): string {
  const arrows = [...rooms].flatMap(([from, to]) => {
    const further = new Set(to.flatMap((other) => [...reached(rooms, other)]));
    return to.filter((other) => !further.has(other)).map((other) => `  ${id(from)} --> ${id(other)}`);
  });
  const nodes = [...rooms.keys()].map((room) => `  ${id(room)}["${room}"]`);
  return ["flowchart TD", ...nodes.sort(), ...arrows.sort()].join("\n");
}

const id = (room: string): string => room.replaceAll(/\W/g, "_");

/** A page with the drawing in place of the one it has. */
export function withDrawing(page: string, drawing: string): string {
  return page.replace(/(?<=```mermaid\n)[^`]*(?=\n```)/, () => drawing);
}
