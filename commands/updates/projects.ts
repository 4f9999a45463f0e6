import type { Source } from "./sources.ts";

/** What is known of a project besides its versions. */
export interface Project {
  /** Default of an image: the tags in its registry. */
  readonly source?: Source;
  /**
   * How many of a version's first numbers an update keeps. Default: 1, since another major version may want other
   * settings or other data.
   */
  readonly keeps?: number;
  /** What has to be done besides or instead of writing the version; a version that has it is never written. */
  readonly byHand?: string;
}

const github = (id: string, form?: string): Source => ({ at: "github", id, ...(form && { form }) });

/** Images by their repository. What is not here, such as an image of the settings, is looked up in its registry. */
export const imageProjects: Readonly<Record<string, Project | undefined>> = {
  "favonia/cloudflare-ddns": { source: github("favonia/cloudflare-ddns") },
  "ghcr.io/flannel-io/flannel": { source: github("flannel-io/flannel") },
  "ghcr.io/flannel-io/flannel-cni-plugin": { source: github("flannel-io/cni-plugin", "v#.#.#-flannel#") },
  "ghcr.io/headlamp-k8s/headlamp": { source: github("kubernetes-sigs/headlamp") },
  "gogs/gogs": { source: github("gogs/gogs") },
  node: { source: { at: "node" } },
  "registry.datadoghq.com/agent": { source: github("DataDog/datadog-agent", "#.#.#") },
  "registry.k8s.io/kube-state-metrics/kube-state-metrics": {
    source: github("kubernetes/kube-state-metrics"),
  },
  "registry.k8s.io/metrics-server/metrics-server": { source: github("kubernetes-sigs/metrics-server") },
  "registry.k8s.io/networking/kube-network-policies": {
    source: github("kubernetes-sigs/kube-network-policies"),
    byHand: "what its kernel needs: components/isolation/images.ts",
  },
  "registry.k8s.io/pause": {
    byHand: "PauseVersion in kubeadm's constants.go, of the Kubernetes that is pinned",
  },
  "restic/rest-server": { source: github("restic/rest-server") },
  "restic/restic": { source: github("restic/restic") },
  traefik: { source: github("traefik/traefik") },
};

/** Programs of the rehearsal and the boards, by the constant in tools/catalogue.ts that has their version. */
export const programs: Readonly<
  Record<string, Project & { readonly name: string; readonly source: Source }>
> = {
  kubernetesVersion: {
    name: "kubernetes",
    source: github("kubernetes/kubernetes"),
    keeps: 2,
    byHand: "with checksums in tools/catalogue.ts and the modules in tools/go.mod",
  },
  etcdVersion: {
    name: "etcd",
    source: github("etcd-io/etcd"),
    keeps: 2,
    byHand: "with checksums in tools/catalogue.ts and the module in tools/etcd/go.mod",
  },
  kwokVersion: {
    name: "kwok",
    source: github("kubernetes-sigs/kwok"),
    byHand: "with checksums in tools/catalogue.ts",
  },
};
