import type { core } from "@pulumi/kubernetes";
import { ComponentResource, type ComponentResourceOptions, type Input, secret } from "@pulumi/pulumi";
import { registerAccess } from "../workload/access.ts";
import { registerApp } from "../app/registerApp.ts";
import { filesBeside } from "../workload/podFiles.ts";
import { agentConfigFile } from "./agentConfig.ts";
import { datadogAgent, datadogWorkload, type DatadogWorkloadArgs } from "./agentWorkload.ts";

/** Args of {@link DatadogAgent}. */
export interface DatadogAgentArgs extends DatadogWorkloadArgs {
  /** The account's API key: 32 hexadecimal digits. A secret, whether it comes as one or not. */
  readonly apiKey: Input<string>;
}

/**
 * The Datadog agent on every board: the board's own figures, its containers and pods, and DogStatsD on UDP
 * port 8125 of the board's address. Without a cluster agent, which would take another board's worth of memory.
 */
export class DatadogAgent extends ComponentResource {
  constructor(name: string, args: DatadogAgentArgs, opts?: ComponentResourceOptions) {
    const apiKey = secret(args.apiKey);
    super("bramble:datadog:DatadogAgent", name, { ...args, apiKey }, opts);
    const { name: object, namespace, secret: key, configFile, boardScript } = datadogAgent;
    const app = {
      workload: datadogWorkload(args),
      // It reads the board's /proc and cgroups, and takes a port of the board.
      podSecurity: "privileged" as const,
      configMaps: {
        config: {
          name: object,
          data: { [configFile]: agentConfigFile(args), ...filesBeside(import.meta.url, boardScript) },
        },
      },
      secrets: { "api-key": { name: key.name, data: { [key.key]: apiKey } } },
      before: (owner: core.v1.Namespace) => [
        registerAccess(name, { name: object, namespace }, rules, { parent: this, namespace: owner }),
      ],
    };
    registerApp(name, app, this);
    this.registerOutputs({});
  }
}

const rules = [
  // For the host tags that are made of its labels.
  { apiGroups: [""], resources: ["nodes"], verbs: ["get"] },
  // What it asks the kubelet for. Not nodes/proxy, which Datadog's own manifests grant: that would let it run
  // commands in every container of every board.
  {
    apiGroups: [""],
    resources: ["nodes/healthz", "nodes/metrics", "nodes/pods", "nodes/stats"],
    verbs: ["get"],
  },
];
