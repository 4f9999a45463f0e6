import { z } from "zod";
import { flag, list, secretString } from "../fields/fields.ts";

/** Datadog's sites (https://docs.datadoghq.com/getting_started/site/). An account lives on one of them. */
const sites = [
  "datadoghq.com",
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "ddog-gov.com",
] as const;

/** Settings of the Datadog agent, the dashboards and the monitors. */
export const schema = z
  .strictObject({
    apiKey: secretString(
      /^[0-9a-f]{32}$/,
      "must be a Datadog API key (32 hexadecimal digits)",
      "Datadog API key.",
      32,
    ),
    appKey: secretString(
      /^([0-9a-f]{40}|ddapp_[0-9A-Za-z]{34})$/,
      "must be a Datadog application key (40 hexadecimal digits, or ddapp_ and 34 letters and digits)",
      "Datadog application key, required for dashboards and monitors.",
      40,
    ).optional(),
    site: z.enum(sites).default("datadoghq.com").describe("The Datadog site of the account."),
    dashboards: flag(true, "Dashboards and monitors at Datadog, if there is an application key."),
    notify: list(
      z
        .string("must be a handle")
        .regex(/^@[\w.@+-]+$/, "must be a handle such as @me@example.com or @slack-home"),
      "handles",
      "Who the monitors notify, as Datadog handles: `@me@example.com`.",
    ),
    traces: flag(false, "Accepts traces on TCP port 8126 of each board. 64 MiB more on each."),
    processes: flag(false, "Shows every board's processes. 32 MiB more on each."),
    logs: flag(false, "Sends every container's log. 48 MiB more on each board; the agent then runs as root."),
    verifyKubelet: flag(
      false,
      "Verifies the kubelets' certificates. Only if the cluster's CA signs them for the boards' addresses, which kubeadm does not do by default.",
    ),
  })
  .describe("The Datadog agent on every board, dashboards and monitors.");

/** One of Datadog's sites. */
export type DatadogSite = (typeof sites)[number];
/** Parts of the agent that cost memory on every board, and whether it verifies the kubelets' certificates. */
export type AgentOptions = Pick<z.output<typeof schema>, "traces" | "processes" | "logs" | "verifyKubelet">;
