import type { Container } from "./workload.ts";

type Resources = NonNullable<Container["resources"]>;

/** What a container may write to its board's card outside its volumes, as Kubernetes quantities. */
export interface Disk {
  readonly request: string;
  readonly limit: string;
}

/**
 * A program that writes its log and nothing else. The kubelet turns a log over at 10 MiB and keeps five
 * (`containerLogMaxSize`, `containerLogMaxFiles`); it looks every 10 s, and the rest is for what comes meanwhile.
 */
export const logOnly: Disk = { request: "16Mi", limit: "128Mi" };

/** A program with a folder for temporary files. That of restic has its cache: 10 MiB for 100,000 files (0.19.1). */
export const temporaryFiles: Disk = { request: "64Mi", limit: "1Gi" };

/**
 * What writes as much as the user's data needs: a copy of a database, a whole backup. Nobody knows beforehand how much
 * that is. What bounds it is the kubelet, which evicts first who is above its request when a tenth of the card is free.
 */
export const asDataNeeds: Disk = { request: "64Mi", limit: "1Ti" };

/** Resources of a container, with what it may write. Beyond the limit the kubelet evicts the pod, not its neighbours. */
export function withDisk({ requests, limits }: Resources, { request, limit }: Disk = logOnly) {
  return {
    requests: { ...requests, "ephemeral-storage": request },
    limits: { ...limits, "ephemeral-storage": limit },
  };
}
