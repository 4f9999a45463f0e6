import {
  type KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
  PatchStrategy,
} from "@kubernetes/client-node";

/** A function that puts an object on the API server by server-side apply and returns what is there then. */
export type Apply = (object: KubernetesObject) => Promise<KubernetesObject>;

/** Applies objects to the API server of a client configuration. */
export function applyTo(config: KubeConfig): Apply {
  const api = KubernetesObjectApi.makeApiClient(config);
  return (object) => api.patch(object, undefined, undefined, "bramble", true, PatchStrategy.ServerSideApply);
}
