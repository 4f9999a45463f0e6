import type { Fault } from "./faults.ts";
import type { Settings } from "./schema.ts";

/**
 * What is allowed and seldom meant: `npm run check` shows it, and a preview or an `up` logs it.
 *
 * @param settings settings without an error
 */
export function warningsOf(settings: Settings): Fault[] {
  return evenControlPlanes(settings);
}

/**
 * etcd goes on while more than half of its members do, so that an even number bears no more failures than one less.
 * No error: whoever goes from one to three, or takes one of three out, passes through two.
 */
function evenControlPlanes({ boards }: Settings): Fault[] {
  const controlPlanes = boards.filter(({ role }) => role === "controlPlane");
  const living = controlPlanes.filter(({ dead }) => !dead);
  const count = living.length;
  if (count === 0 || count % 2 === 1) return [];
  const which =
    living.length < controlPlanes.length ? `${count} boards that are not dead` : `${count} boards`;
  const half = count === 2 ? "one of them fails" : `${count / 2} of them fail`;
  return [
    {
      path: "bramble:boards",
      message: `${which} have the role controlPlane: etcd stops when ${half}, no better than with ${count - 1}. Fine on the way to ${count - 1} or ${count + 1}.`,
    },
  ];
}
