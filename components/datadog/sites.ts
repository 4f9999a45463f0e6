/** Datadog's sites (https://docs.datadoghq.com/getting_started/site/). An account lives on one of them. */
export const datadogSites = [
  "datadoghq.com",
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "ddog-gov.com",
] as const;

/** One of Datadog's sites. */
export type DatadogSite = (typeof datadogSites)[number];
