import { ComponentResource, type ComponentResourceOptions, type Input, secret } from "@pulumi/pulumi";
// Not all of the folder, which needs the SDK of Datadog.
import * as datadog from "../components/datadog/agent.ts";

/** Datadog's sites. */
export const DatadogSite = {
  Us1: "datadoghq.com",
  Us3: "us3.datadoghq.com",
  Us5: "us5.datadoghq.com",
  Eu: "datadoghq.eu",
  Ap1: "ap1.datadoghq.com",
  Ap2: "ap2.datadoghq.com",
  Gov: "ddog-gov.com",
} as const;
export type DatadogSite = (typeof DatadogSite)[keyof typeof DatadogSite];

/** What the Datadog agent needs to know. */
export interface DatadogAgentArgs {
  /** The account's API key: 32 hexadecimal digits. */
  apiKey: Input<string>;
  /** Value of the tags `cluster_name` and `kube_cluster_name`: lower-case letters, digits and hyphens. */
  clusterName: string;
  /** The Datadog site of the account. Default: `datadoghq.com`. */
  site?: DatadogSite;
  /** Accepts traces on TCP port 8126 of each board: 64 MiB more on each. Default: false. */
  traces?: boolean;
  /** Shows every board's processes: 32 MiB more on each. Default: false. */
  processes?: boolean;
  /** Sends every container's log: 48 MiB more on each board, and the agent runs as root. Default: false. */
  logs?: boolean;
  /** Verifies the kubelets' certificates, if the cluster's CA signs them. Default: false. */
  verifyKubelet?: boolean;
}

/** The Datadog agent on every board, with DogStatsD on UDP port 8125 of the board's address. One in a cluster. */
export class DatadogAgent extends ComponentResource {
  constructor(name: string, args: DatadogAgentArgs, opts?: ComponentResourceOptions) {
    super("bramble:index:DatadogAgent", name, { ...args, apiKey: secret(args.apiKey) }, opts);
    new datadog.DatadogAgent(name, args, { parent: this });
    this.registerOutputs({});
  }
}
