// The images that a cluster of bramble's takes from registries, and what the lab makes them of.
import { flannelImages } from "../../components/flannel/images.ts";
import { metricsImages } from "../../components/metrics/images.ts";
import type { KubernetesBuild } from "../kubernetesBuild.ts";
import { appImages } from "./appImages.ts";
import { type ImageRecipe, inRegistry } from "./imageRecipe.ts";
import { optionalImages } from "./optionalImages.ts";

/**
 * The version of flannel that is built: the nearest that is to be had as a Go module. Its image has the tag of the
 * one that the product pins, whose images and manifest were seen (components/flannel/images.ts).
 */
export const flannelVersion = "0.28.10";

/**
 * The images of a cluster with its apps, and `lab/busybox:1` for the pods with which the lab tries it. Of some apps the
 * image is there only if their program is (`appsWithoutImage`).
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
    {
      name: inRegistry(metricsImages.metricsServer),
      base: [],
      programs: { "metrics-server": "metrics-server" },
      entrypoint: ["/metrics-server"],
    },
    {
      name: inRegistry(metricsImages.kubeStateMetrics),
      base: [],
      programs: { "kube-state-metrics": "kube-state-metrics" },
      entrypoint: ["/kube-state-metrics"],
    },
    ...appImages,
    ...optionalImages(),
    { name: "lab/busybox:1", base: ["busybox"], programs: {} },
  ];
}
