import { isIP } from "node:net";
import { withoutComment } from "../board/connection.ts";

/** What the cluster knows a board by. */
export interface RosterBoard {
  readonly role: "controlPlane" | "worker";
  /** Address or host name. */
  readonly host: string;
  /** Public SSH host key, `ssh-ed25519 AAAA…`: the same key is the same machine, whatever it is called. */
  readonly hostKey: string;
  /** Gone for good. */
  readonly dead: boolean;
}

type Boards = Readonly<Record<string, RosterBoard>>;

/**
 * What stands in the way of a change of the cluster's boards; empty if nothing does. Refused is whatever would
 * reset a board that stays, take a control plane's address away, or leave etcd without a majority.
 *
 * @param before the boards that the cluster has, by name
 * @param after those that it is to have
 */
export function rosterErrors(before: Boards, after: Boards): string[] {
  return [...renamed(before, after), ...changed(before, after), ...quorum(before, after)].map(
    (error) => `boards: ${error}`,
  );
}

function renamed(before: Boards, after: Boards): string[] {
  return Object.entries(after).flatMap(([name, board]) => {
    const [was] = Object.entries(before).find(([, other]) => sameMachine(board, other)) ?? [name];
    return was === name || (before[name] && sameMachine(before[name], board))
      ? []
      : [
          `${name} has the hostKey of ${was}, which is a node of the cluster: a node can't be renamed. ` +
            `Keep the name ${was}; or remove ${was}, run pulumi up, add it as ${name} and run pulumi up again.`,
        ];
  });
}

function changed(before: Boards, after: Boards): string[] {
  const stays = Object.entries(before).some(([name, was]) => {
    const is = after[name];
    return was.role === "controlPlane" && !was.dead && is && !is.dead && sameMachine(was, is);
  });
  return Object.entries(after).flatMap(([name, board]) => {
    const was = before[name];
    if (was === undefined) return [];
    if (was.role !== board.role) {
      return [
        `${name} is a ${was.role}, and its role can't be changed to ${board.role} in place. ` +
          `Remove it, run pulumi up, add it with its new role and run pulumi up again.`,
      ];
    }
    const moved = was.host !== board.host && (isIP(was.host) > 0 || isIP(board.host) > 0);
    // A new machine joins the control planes that stay; without one it gets the certificates from the snapshot.
    return moved && board.role === "controlPlane" && (sameMachine(was, board) || !stays)
      ? [
          `${name} is a control plane at ${was.host}: etcd and its certificates contain that address, so it can't be changed to ${board.host}. ` +
            `Reserve ${was.host} for it on the router (DHCP), and set host back.`,
        ]
      : [];
  });
}

/** etcd works while more than half of its members do; one that leaves in good order is not missed. */
function quorum(before: Boards, after: Boards): string[] {
  const members = Object.entries(before).filter(([, { role, dead }]) => role === "controlPlane" && !dead);
  const leaving = members.filter(([name]) => after[name] === undefined).map(([name]) => name);
  const lost = members
    .filter(([name, was]) => after[name] && (after[name].dead || !sameMachine(after[name], was)))
    .map(([name]) => name);
  const joining = Object.entries(after)
    .filter(([name, { role, dead }]) => before[name] === undefined && role === "controlPlane" && !dead)
    .map(([name]) => name);
  const staying = members.length - leaving.length - lost.length;
  if (members.length === 0) return [];
  if (staying === 0 && leaving.length > 0) {
    return [
      `${list([...leaving, ...lost])} would leave, and the cluster would have no control plane. ` +
        `Keep one until another has joined. To delete the cluster, run pulumi destroy.`,
    ];
  }
  if (staying > 0 && lost.length > members.length - majority(members.length)) {
    // One whose removal was refused or cut off is still a member: once it is back, etcd may do without the other.
    if (joining.length > 0) {
      return [
        `${list(lost)} would be lost while ${list(joining)} joins, and without ${list(lost)} etcd has ${staying} of ${members.length} members. ` +
          `Keep ${list(lost)} unchanged and run pulumi up with ${list(joining)} first.`,
      ];
    }
    return [
      `without ${list(lost)} etcd has ${staying} of ${members.length} members but needs ${majority(members.length)} for a quorum: the cluster accepts no changes. ` +
        `If one of them still starts with its old card, start it and revert the settings. ` +
        `If not, flash all ${members.length} control planes again and set their new hostKeys: the newest snapshot is restored.`,
    ];
  }
  return leaving.length > 0 && leaving.length + lost.length > 1
    ? [
        `${list([...leaving, ...lost])} would leave at once, but etcd removes one member at a time. ` +
          `Remove only ${leaving[0] ?? ""}, run pulumi up, then remove the next.`,
      ]
    : [];
}

function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

function sameMachine(a: RosterBoard, b: RosterBoard): boolean {
  return withoutComment(a.hostKey) === withoutComment(b.hostKey);
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(names);
}
