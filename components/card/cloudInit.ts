// Cards of systems with cloud-init: it takes the files of the boot partition as a NoCloud seed.
// https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
import { hostKeyFingerprint } from "../board/connection.ts";
import { assignments } from "../board/shell.ts";
import { netplan } from "./network.ts";
import { type CardFile, cardMarkText, type CardPlan } from "./plan.ts";
import { script, setUpParameters, yaml } from "./documents.ts";

/** Where the script that completes the board is while cloud-init runs: in RAM, since it has the private key. */
export const setUpScript = "/run/bramble-set-up";

/** The NoCloud seed of a board. Raspberry Pi OS and Ubuntu call the interfaces of a Raspberry Pi eth0 and wlan0. */
export function cloudInitFiles(plan: CardPlan): CardFile[] {
  return [
    { path: "meta-data", content: yaml(metaData(plan)) },
    { path: "network-config", content: yaml(netplan(plan, { eth0: {} })) },
    { path: "user-data", content: cloudConfig(userData(plan)) },
  ];
}

function cloudConfig(data: object): string {
  return `#cloud-config\n${yaml(data)}`;
}

/**
 * `dsmode: local`, as in the images' own meta-data, has cloud-init do its first steps before the network is up, in
 * one process: startOver.sh relies on it. Another host key is another instance, for which cloud-init does
 * everything again.
 */
function metaData({ board, hostKey }: CardPlan): object {
  const key = hostKeyFingerprint(hostKey.publicKey).slice("SHA256:".length).replaceAll(/\W/g, "");
  return { "instance-id": `bramble-${board}-${key.slice(0, 16)}`, dsmode: "local" };
}

/** What is left of user-data once the board is set up: neither cloud-init nor a reader finds a secret in it. */
function spentUserData({ board }: CardPlan): object {
  return { hostname: board, preserve_hostname: true, ssh_deletekeys: false };
}

function userData(plan: CardPlan): object {
  const { board, user, authorizedKeys, hostKey, wifi } = plan;
  const parameters = {
    ...setUpParameters(plan),
    SPENT: cloudConfig(spentUserData(plan)),
    SET_UP: setUpScript,
  };
  const again = assignments({ CARD: cardMarkText(plan), HAS_WIFI: wifi ? 1 : 0 }) + script("startOver");
  return {
    hostname: board,
    timezone: "Etc/UTC",
    users: [
      {
        name: user,
        shell: "/bin/bash",
        lock_passwd: true,
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        ssh_authorized_keys: [...authorizedKeys],
      },
    ],
    disable_root: user !== "root",
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: {
      ed25519_private: `${hostKey.privateKey.trim()}\n`,
      ed25519_public: `${hostKey.publicKey.trim()}\n`,
    },
    bootcmd: [["bash", "-c", again]],
    // Not in a command line, where every process can read it.
    write_files: [
      {
        path: setUpScript,
        permissions: "0700",
        content: assignments(parameters) + script("setUp") + script("cloudInit"),
      },
    ],
    runcmd: [["bash", setUpScript]],
  };
}
