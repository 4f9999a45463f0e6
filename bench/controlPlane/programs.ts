// The control plane's programs as kubeadm's manifests start them, as far as memory and leases go.
import crypto from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { ToolName } from "../../tools/catalogue.ts";

/** What kubeadm's ClusterConfiguration lets be set for a program. */
interface ExtraSettings {
  extraArgs?: readonly { name: string; value: string }[];
  extraEnvs?: readonly { name: string; value: string }[];
}

type Part = "etcd" | "apiServer" | "controllerManager" | "scheduler";

/** One way to run a control plane. */
export type ControlPlaneSettings = { name: string } & Record<Part, ExtraSettings>;
export type Ports = Record<Part | "etcdPeer", number>;
export type Program = ReturnType<typeof program>;

/** Where a run keeps its files, and the API server's address and bearer token. */
export interface Place {
  folder: string;
  server: string;
  token: string;
}

/** Writes the keys and credentials that the programs share. They listen on loopback only. */
export async function makePlace(folder: string, ports: Ports): Promise<Place> {
  const token = crypto.randomBytes(16).toString("hex");
  const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "bench", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "admin" } }],
    "current-context": "bench",
  };
  const secret = { mode: 0o600 };
  await fs.writeFile(path.join(folder, "tokens.csv"), `${token},admin,admin,"system:masters"\n`, secret);
  await fs.writeFile(path.join(folder, "kubeconfig"), JSON.stringify(kubeconfig), secret);
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  await fs.writeFile(path.join(folder, "service-accounts.key"), key, secret);
  return { folder, server, token };
}

/** The four programs, in the order in which they are started. */
export function programs(
  settings: ControlPlaneSettings,
  tools: Record<ToolName, string>,
  { folder }: Place,
  ports: Ports,
): Program[] {
  const file = (name: string) => path.join(folder, name);
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
  const client = ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"];
  const connection = Object.fromEntries(client.map((flag) => [flag, file("kubeconfig")]));
  const loopback = { "bind-address": "127.0.0.1" };
  const key = file("service-accounts.key");
  return [
    program("etcd", tools.etcd, settings.etcd, {
      "data-dir": file("etcd"),
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": `http://127.0.0.1:${ports.etcdPeer}`,
      "snapshot-count": "10000",
    }),
    program("kube-apiserver", tools["kube-apiserver"], settings.apiServer, {
      ...loopback,
      "secure-port": `${ports.apiServer}`,
      "cert-dir": file("certificates"),
      "etcd-servers": etcdUrl,
      "token-auth-file": file("tokens.csv"),
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-key-file": key,
      "service-account-signing-key-file": key,
      "service-cluster-ip-range": "10.96.0.0/12",
      "authorization-mode": "Node,RBAC",
      "enable-admission-plugins": "NodeRestriction",
      "enable-bootstrap-token-auth": "true",
      "allow-privileged": "true",
    }),
    program("kube-controller-manager", tools["kube-controller-manager"], settings.controllerManager, {
      ...loopback,
      ...connection,
      "secure-port": `${ports.controllerManager}`,
      "allocate-node-cidrs": "true",
      "cluster-cidr": "10.244.0.0/16",
      controllers: "*,bootstrapsigner,tokencleaner",
      "leader-elect": "true",
      "service-account-private-key-file": key,
      "use-service-account-credentials": "true",
    }),
    program("kube-scheduler", tools["kube-scheduler"], settings.scheduler, {
      ...loopback,
      ...connection,
      "secure-port": `${ports.scheduler}`,
      "leader-elect": "true",
    }),
  ];
}

/** What kubeadm would write, with the settings' own arguments in place of its own. */
function program(
  name: string,
  file: string,
  { extraArgs = [], extraEnvs = [] }: ExtraSettings,
  flags: Record<string, string>,
) {
  const all = { ...flags, ...Object.fromEntries(extraArgs.map(({ name, value }) => [name, value])) };
  return {
    name,
    file,
    args: Object.entries(all).map(([flag, value]) => `--${flag}=${value}`),
    env: Object.fromEntries(extraEnvs.map(({ name, value }) => [name, value])),
  };
}
