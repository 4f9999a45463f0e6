import { readFileSync } from "node:fs";
import { core } from "@pulumi/kubernetes";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  secret,
  unsecret,
} from "@pulumi/pulumi";
import { registerAccess } from "../access.ts";
import { configHash } from "../configHash.ts";
import { registerNamespace } from "../namespace.ts";
import { registerWorkload } from "../workload.ts";
import { agentConfigFile } from "./agentConfig.ts";
import type { AgentOptions } from "./agentOptions.ts";
import { datadogAgent, datadogWorkload } from "./agentWorkload.ts";
import type { DatadogSite } from "./sites.ts";

/** Args of {@link DatadogAgent}. */
export interface DatadogAgentArgs extends AgentOptions {
  /** The account's API key: 32 hexadecimal digits. A secret, whether it comes as one or not. */
  readonly apiKey: Input<string>;
  /** The Datadog site that the account is on. */
  readonly site: DatadogSite;
  /** Value of the tags `cluster_name` and `kube_cluster_name`. Lower-case letters, digits and hyphens. */
  readonly clusterName: string;
}

/**
 * The Datadog agent on every board: the board's own figures, its containers and pods, and DogStatsD on UDP
 * port 8125 of the board's address. Without a cluster agent, which would take another board's worth of memory.
 */
export class DatadogAgent extends ComponentResource {
  constructor(name: string, args: DatadogAgentArgs, opts?: ComponentResourceOptions) {
    const apiKey = secret(args.apiKey);
    super("bramble:datadog:DatadogAgent", name, { ...args, apiKey }, opts);
    const { name: account, namespace } = datadogAgent;

    // Privileged: it reads the board's /proc and cgroups, and takes a port of the board.
    const owner = registerNamespace(`${name}-namespace`, namespace, "privileged", { parent: this });
    const inNamespace = { parent: this, dependsOn: [owner] };

    const access = registerAccess(
      name,
      { name: account, namespace },
      [
        // For the host tags that are made of its labels.
        { apiGroups: [""], resources: ["nodes"], verbs: ["get"] },
        // What it asks the kubelet for. Not nodes/proxy, which Datadog's own manifests grant: that would let
        // it run commands in every container of every board.
        {
          apiGroups: [""],
          resources: ["nodes/healthz", "nodes/metrics", "nodes/pods", "nodes/stats"],
          verbs: ["get"],
        },
      ],
      { parent: this, namespace: owner },
    );

    const { secret: key, configFile, boardScript } = datadogAgent;
    const credentials = new core.v1.Secret(
      `${name}-api-key`,
      { metadata: { name: key.name, namespace }, stringData: { [key.key]: apiKey } },
      inNamespace,
    );
    const data = { [configFile]: agentConfigFile(args), [boardScript]: readFileSync(script, "utf8") };
    const config = new core.v1.ConfigMap(
      `${name}-config`,
      { metadata: { name: account, namespace }, data },
      inNamespace,
    );
    registerWorkload(
      `${name}-daemonset`,
      datadogWorkload(args),
      { parent: this, dependsOn: [access, credentials, config] },
      // Of all: the agent reads its files and its key only when it starts. A secret hash would make
      // one of the whole DaemonSet, and no preview could show what changes in it.
      { "bramble/config-hash": unsecret(apiKey).apply((value) => configHash(...Object.values(data), value)) },
    );
    this.registerOutputs({});
  }
}

const script = new URL("board.sh", import.meta.url);
