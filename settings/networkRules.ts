import { hostKeyFault, printHostKey, withoutComment } from "../components/board/connection.ts";
import { domainRules } from "./domainRules.ts";
import { rangeRules } from "./rangeRules.ts";
import { boardsOf, fault, objectOf, type Rule, textOf } from "./written.ts";

/** The machine in between must be who it is, too. */
const jumpHostKey: Rule = (settings) => {
  const jump = objectOf(settings.ssh).jump;
  if (jump === undefined) return [];
  const { host, port, hostKey } = objectOf(jump);
  if (textOf(hostKey) === undefined || textOf(host) === undefined) return [];
  const address = { host: textOf(host) ?? "", port: typeof port === "number" ? port : undefined };
  const why = hostKeyFault({ ...address, hostKey: textOf(hostKey) });
  return why === undefined ? [] : [fault("ssh.jump.hostKey", why)];
};

/** Each board makes its own key at its first start: two with one are one card and its copy. */
const hostKeyOnce: Rule = (settings) => {
  const first = new Map<string, number>();
  return boardsOf(settings).flatMap(({ hostKey, name, host, port }, i) => {
    const key = keyOf(textOf(hostKey) ?? "");
    const other = key === undefined ? undefined : first.get(key);
    if (key !== undefined && other === undefined) first.set(key, i);
    if (other === undefined) return [];
    const address = { host: textOf(host) ?? "", port: typeof port === "number" ? port : undefined };
    return [
      fault(
        `boards[${i}].hostKey`,
        `is the key of boards[${other}], too. If it was not pasted twice (${printHostKey(address)}), one card is a copy of the other, with its machine-id. Give "${String(name)}" its own: sudo rm /etc/ssh/ssh_host_* && sudo ssh-keygen -A; sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup && sudo reboot. Then set its new hostKey.`,
      ),
    ];
  });
};

/** A key without its comment; undefined if it is none. */
function keyOf(hostKey: string): string | undefined {
  return hostKeyFault({ host: "", hostKey }) === undefined ? withoutComment(hostKey) : undefined;
}

/** Rules about addresses and names. */
export const networkRules: readonly Rule[] = [...rangeRules, jumpHostKey, hostKeyOnce, ...domainRules];
