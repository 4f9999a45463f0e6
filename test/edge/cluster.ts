// A control plane with what the components register for the entrance and two apps, and Traefik's own rights.
import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { CoreV1Api, type KubernetesObject } from "@kubernetes/client-node";
import { stringify } from "yaml";
import type { TraefikArgs } from "../../components/ingress/traefik.ts";
import { applyTo, connect, startControlPlane, stopControlPlane } from "../../rehearsal/controlPlane.ts";
import { type RehearsalFolder, rehearsalFolder, repository } from "../../rehearsal/folder.ts";
import { findTools } from "../../tools/obtain.ts";
import { registeredBy } from "../components/registered.ts";

/** Where an app's pods answer. */
export interface Backend {
  address: string;
  port: number;
}

export class EdgeCluster {
  readonly #folder: RehearsalFolder;

  constructor(name: string) {
    this.#folder = rehearsalFolder(path.join(repository, `.rehearsal-${name}-${process.pid}`));
  }

  async start(): Promise<void> {
    await mkdir(this.#folder.root, { recursive: true });
    await startControlPlane(this.#folder, await findTools(), new AbortController().signal);
  }

  async stop(): Promise<void> {
    const { kwokctl } = await findTools();
    await stopControlPlane(this.#folder, kwokctl);
  }

  /**
   * Applies what Traefik's and the apps' components register, but for what runs pods, and the apps' backends.
   *
   * @param backends by `namespace/service`
   * @param register runs the components; they must be imported inside
   */
  async apply(register: () => Promise<void>, backends: Record<string, Backend>): Promise<void> {
    const apply = applyTo(connect(this.#folder));
    const kinds =
      /:(Namespace|ServiceAccount|ClusterRole|ClusterRoleBinding|RoleBinding|IngressClass|Ingress|Service)$/;
    const order = ["Namespace", "ServiceAccount"];
    const rank = ({ kind = "" }: KubernetesObject) => (order.indexOf(kind) + order.length) % order.length;
    const objects = (await registeredBy(register))
      .filter(({ type }) => type.startsWith("kubernetes:") && kinds.test(type))
      .map(({ inputs }) => inputs as KubernetesObject);
    const first = objects.filter(({ kind }) => order.includes(kind ?? "")).sort((a, b) => rank(a) - rank(b));
    for (const object of [...first, ...objects.filter((each) => !first.includes(each))]) await apply(object);
    for (const [app, backend] of Object.entries(backends)) await apply(endpoints(app, backend));
  }

  /** A kubeconfig with the rights of Traefik's service account, and no others. */
  async kubeconfigOfTraefik(file: string): Promise<string> {
    const config = connect(this.#folder);
    const { status } = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
      name: "traefik",
      namespace: "ingress",
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    });
    const server = config.getCurrentCluster()!;
    const named = { name: "traefik" };
    const cluster = { server: server.server, "insecure-skip-tls-verify": true };
    const context = { cluster: "traefik", user: "traefik" };
    const clusters = [{ ...named, cluster }];
    const users = [{ ...named, user: { token: status!.token } }];
    const contexts = [{ ...named, context }];
    writeFileSync(
      file,
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters,
        users,
        contexts,
        "current-context": "traefik",
      }),
    );
    return file;
  }
}

/** The service of an app leads to its backend: there are no pods. */
function endpoints(app: string, { address, port }: Backend): KubernetesObject {
  const [namespace, service] = app.split("/");
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${service}-test`, namespace, labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: [{ addresses: [address], conditions: { ready: true, serving: true } }],
  } as KubernetesObject;
}

/** The arguments that the home's settings give Traefik, with changes. */
export function traefikArgs(changes: Partial<TraefikArgs>): TraefikArgs {
  return {
    board: "pi3-1",
    certificates: "acme",
    directory: "/var/lib/bramble",
    namespaces: ["gogs", "sensors"],
    lan: ["127.0.0.0/27"],
    trustedProxies: [],
    ...changes,
  };
}
