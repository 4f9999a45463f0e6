import { hostKeyFault } from "../components/board/connection.ts";
import { addressOf, rangeRules } from "./rangeRules.ts";
import { boardsOf, fault, objectOf, type Rule, textOf } from "./written.ts";

const realAddress: Rule = (settings) =>
  boardsOf(settings).flatMap(({ host }, i) => {
    const kind = addressOf(host)?.range();
    const isOwn = host === "localhost" || kind === "loopback" || kind === "unspecified";
    return isOwn
      ? [
          fault(
            `boards[${i}].host`,
            `"${String(host)}" is the machine itself, whichever it is; give the address that the board has in the network.`,
          ),
        ]
      : [];
  });

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

/** No authority issues certificates for names that are not the internet's (RFC 2606, 6761, 6762, 8375). */
const privateDomains = ["local", "lan", "internal", "localhost", "test", "example", "invalid", "home.arpa"];

const publicDomain: Rule = ({ domain, ingress }) => {
  const name = textOf(domain) ?? "";
  const ending = privateDomains.find((each) => name.endsWith(`.${each}`));
  const wantsAcme = ingress !== undefined && objectOf(ingress).certificates !== "selfSigned";
  return ending !== undefined && wantsAcme
    ? [
        fault(
          "domain",
          `"${name}" ends in .${ending}, for which no authority issues certificates. Take a domain of your own, or set ingress.certificates: selfSigned.`,
        ),
      ]
    : [];
};

/** Rules about addresses and names. */
export const networkRules: readonly Rule[] = [...rangeRules, realAddress, jumpHostKey, publicDomain];
