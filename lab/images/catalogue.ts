// The images that a cluster of bramble's takes from registries, and what the lab makes them of.
import { flannelImages } from "../../components/flannel/images.ts";
import { traefikImage } from "../../components/ingress/images.ts";
import { backupServerImage } from "../../components/storage/images.ts";
import { images } from "../../components/workload/images.ts";
import type { KubernetesBuild } from "../kubernetesBuild.ts";

/** An image as the lab builds it. */
export interface ImageRecipe {
  /** Name and tag as a registry is asked for them: "kube-proxy:v1.36.3". */
  readonly name: string;
  /** What of Debian it holds besides its programs, the lowest layer first. */
  readonly base: readonly ("busybox" | "iptables")[];
  /** Path in the image, and the name of the program that is put there. */
  readonly programs: Readonly<Record<string, string>>;
  /** What runs if the pod does not say. */
  readonly entrypoint?: readonly string[];
}

/**
 * The version of flannel that is built: the nearest that is to be had as a Go module. Its image has the tag of the
 * one that the product pins, whose images and manifest were seen (components/flannel/images.ts).
 */
export const flannelVersion = "0.28.10";

/**
 * The images of a cluster with its entrance and backups, and `lab/busybox:1` for the pods with which the lab tries it.
 * busybox is what the real images of apps have of Alpine, whose shell and tools their pods call.
 */
export function imagesOf({ version, beside }: KubernetesBuild): ImageRecipe[] {
  const plain = (name: string): ImageRecipe => ({
    name: `${name}:v${version}`,
    base: [],
    programs: { [`usr/local/bin/${name}`]: name },
  });
  return [
    plain("kube-apiserver"),
    plain("kube-controller-manager"),
    plain("kube-scheduler"),
    { ...plain("kube-proxy"), base: ["busybox", "iptables"] },
    {
      name: `etcd:${beside.etcd}`,
      base: [],
      programs: {
        "usr/local/bin/etcd": "etcd",
        "usr/local/bin/etcdctl": "etcdctl",
        "usr/local/bin/etcdutl": "etcdutl",
      },
    },
    {
      name: `coredns/coredns:${beside.coredns}`,
      base: [],
      programs: { coredns: "coredns" },
      entrypoint: ["/coredns"],
    },
    { name: `pause:${beside.pause}`, base: [], programs: { pause: "pause" }, entrypoint: ["/pause"] },
    {
      name: inRegistry(flannelImages.flannel),
      base: ["busybox", "iptables"],
      programs: { "opt/bin/flanneld": "flanneld", "opt/bin/install-conf": "install-conf" },
    },
    { name: inRegistry(flannelImages.cniPlugin), base: ["busybox"], programs: { flannel: "flannel" } },
    app(traefikImage, { "usr/local/bin/traefik": "traefik" }),
    app(images.restic, { "usr/bin/restic": "restic" }),
    app(backupServerImage, { "usr/bin/rest-server": "rest-server" }),
    { name: "lab/busybox:1", base: ["busybox"], programs: {} },
  ];
}

function app(image: string, programs: ImageRecipe["programs"]): ImageRecipe {
  return { name: inRegistry(image), base: ["busybox"], programs };
}

/** "registry.k8s.io/pause:3" is "pause:3" there; Docker Hub needs no name, and has "traefik:v3" as "library/traefik:v3". */
export function inRegistry(image: string): string {
  const [first = "", ...rest] = image.split("/");
  if (rest.length === 0) return `library/${image}`;
  return first.includes(".") ? rest.join("/") : image;
}
