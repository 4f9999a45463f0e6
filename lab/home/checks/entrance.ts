// What the entrance shows to the living room and to the internet.
import type { Finding } from "../../checks.ts";
import { until } from "../../checks.ts";
import { browse, inShort, type Answer } from "../browse.ts";
import type { Lab } from "../../cluster.ts";
import { aroundOf, hostOf, measured, ownersLogin } from "../home.ts";

/** Seconds until the authority has issued a certificate for a new host, at most. */
const patience = 180;

/** The pages of the home, from outside and from inside. */
export async function pagesAreShown(lab: Lab): Promise<Finding[]> {
  const around = aroundOf(lab);
  const name = hostOf(lab, "sensors");
  const url = `https://${name}/`;
  const from = (place = around.stranger, login?: string) => browse(place, url, { root: around.root, login });
  const issued = await until(
    patience,
    async () => inShort(await from()),
    (seen) => seen.startsWith("401 "),
  );
  const [plain, wrong, right] = [
    await browse(around.stranger, `http://${name}/`),
    await from(around.stranger, "owner:not-the-password"),
    await browse(around.laptop, url, {
      root: around.root,
      login: await ownersLogin(lab),
    }),
  ];
  return [
    {
      what: "a stranger gets https with a certificate of the authority, and is asked who they are",
      ...issued,
    },
    seen("it is HTTP/2", await from(), ({ version }) => version === "2"),
    seen("http is sent to https", plain, ({ status, location }) => status === 301 && location === url),
    seen(
      "a wrong password shows nothing",
      wrong,
      ({ status, body }) => status === 401 && !body.includes("<html"),
    ),
    seen(
      "the laptop sees the sensors' page with the login",
      right,
      ({ status, body }) => status === 200 && body.includes("kitchen"),
    ),
  ];
}

/** The page is there again, by itself. */
export async function pageIsBack(lab: Lab, since: number): Promise<Finding> {
  const url = `https://${hostOf(lab, "sensors")}/`;
  const how = { root: aroundOf(lab).root, login: await ownersLogin(lab) };
  const look = async () => inShort(await browse(aroundOf(lab).laptop, url, how));
  const { holds, seen } = await until(600, look, (said) => said.startsWith("200 "));
  const seconds = (performance.now() - since) / 1000;
  return measured("the page is there again", holds, holds ? `after ${seconds.toFixed(0)} s` : seen);
}

/** The serial number of a host's certificate, as the entrance shows it. */
export async function certificateOf(lab: Lab, host: string): Promise<string> {
  const name = hostOf(lab, host);
  const address = lab.boardOf("ingress").address;
  const command = `openssl s_client -connect ${address}:443 -servername ${name} </dev/null 2>/dev/null | openssl x509 -noout -serial`;
  return (await lab.first.ssh(command)).trim();
}

function seen(what: string, answer: Answer, isRight: (answer: Answer) => boolean): Finding {
  return measured(what, isRight(answer), inShort(answer));
}
