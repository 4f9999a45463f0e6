import { digestForm, exactTag, repositoryOf } from "../components/workload/images.ts";
import arm64Images from "./arm64Images.json" with { type: "json" };
import { containersOf, idOf, metadataOf, podOwner } from "./pods.ts";
import { names, resourceRule } from "./rule.ts";

/** When a board is full, what gives way to what is not left to chance. */
export const priorityClass = resourceRule({
  name: "priority-class",
  description: "Every pod has a priority class.",
  settings: {
    allowed: names.default([]).describe("The allowed classes; any if empty."),
  },
  subject: podOwner,
  messages: ({ pod: { priorityClassName = "" } }, { allowed }) => [
    priorityClassName === ""
      ? "has no priorityClassName: on a full board, pods with a priority class preempt it. Set one."
      : allowed.length > 0 &&
        !allowed.includes(priorityClassName) &&
        `has the priority class ${priorityClassName}. Allowed: ${allowed.join(", ")}.`,
  ],
});

const otherArch = /(^|[/:_.-])(amd64|x86_64|i386|armhf|arm32v[567]|armv[67]l?|ppc64le|s390x)($|[/:_.-])/;

/** An image that these boards can run, and that is the same one tomorrow. */
export const imageTag = resourceRule({
  name: "image-tag",
  description: "Every image has an exact tag or a digest, and is known to run on arm64.",
  settings: {
    arm64Images: names
      .default(arm64Images)
      .describe('Repositories of images that are known to have a variant for linux/arm64; "*" for any.'),
  },
  subject: podOwner,
  messages: ({ pod }, { arm64Images: known }) =>
    containersOf(pod).flatMap(({ name, image = "" }) => {
      const repository = repositoryOf(image);
      const tag = image.slice(repository.length + 1);
      const isOther = otherArch.test(image);
      return [
        !digestForm.test(image) &&
          !exactTag.test(tag) &&
          `container ${name} has the image ${image || "(none)"}, which can change at any time: the boards would run different versions. Use an exact tag such as :1.2.3.`,
        isOther &&
          `container ${name} has the image ${image}, which is not built for arm64. Use the multi-platform image.`,
        !isOther &&
          !known.includes("*") &&
          !known.includes(repository) &&
          `container ${name} has the image ${repository}, which is not known to run on arm64. Check its platforms, then add it to arm64Images.`,
      ];
    }),
});

/** Nobody gets the whole board by an oversight. */
export const podPrivileges = resourceRule({
  name: "pod-privileges",
  description: "No container is privileged or mounts the board's files, except those listed.",
  settings: {
    privileged: names.default([]).describe("Workloads that may be privileged, as namespace/name."),
    hostPaths: names
      .default([
        "datadog/datadog-agent:/proc",
        "datadog/datadog-agent:/sys/fs/cgroup",
        "datadog/datadog-agent:/var/run/datadog",
        "kube-flannel/kube-flannel-ds:/etc/cni/net.d",
        "kube-flannel/kube-flannel-ds:/opt/cni/bin",
        "kube-flannel/kube-flannel-ds:/run/flannel",
        "kube-flannel/kube-flannel-ds:/run/xtables.lock",
      ])
      .describe("Paths of the board that a pod may mount, as namespace/name:/path."),
  },
  subject: podOwner,
  messages: ({ id, pod }, { privileged, hostPaths }) => [
    ...containersOf(pod).map(
      ({ name, securityContext }) =>
        !privileged.includes(id) &&
        (securityContext?.privileged === true ||
          (securityContext?.capabilities?.add ?? []).some((each) => ["ALL", "SYS_ADMIN"].includes(each))) &&
        `container ${name} is privileged or equivalent: whoever compromises it controls the board. Add only the capability that it needs, or add ${id} to \`privileged\`.`,
    ),
    ...(pod.volumes ?? []).map(
      ({ hostPath }) =>
        hostPath !== undefined &&
        !hostPaths.includes(`${id}:${hostPath.path}`) &&
        `mounts ${hostPath.path} of whichever board it runs on. Use a volume, or add "${id}:${hostPath.path}" to \`hostPaths\`.`,
    ),
  ],
});

const namespaced =
  /^kubernetes:(apps|batch|core|networking\.k8s\.io|policy|rbac\.authorization\.k8s\.io)\/v1:(ConfigMap|CronJob|DaemonSet|Deployment|Ingress|Job|NetworkPolicy|PersistentVolumeClaim|Pod|PodDisruptionBudget|ReplicaSet|Role|RoleBinding|Secret|Service|ServiceAccount|StatefulSet)(Patch)?$/;

/** Everything has a namespace of its own, so that it can be found, bounded and taken away. */
export const namespaceSet = resourceRule({
  name: "namespace-set",
  description: "No object is in the namespace default, whether set or by omission.",
  subject: (resource) =>
    namespaced.test(resource.type)
      ? { id: idOf(resource), namespace: metadataOf(resource).namespace }
      : undefined,
  messages: ({ namespace }) => [
    (namespace ?? "default") === "default" &&
      `is in the namespace default${namespace === undefined ? ", since none is set" : ""}, which has no limits and mixes all apps. Set metadata.namespace.`,
  ],
});
