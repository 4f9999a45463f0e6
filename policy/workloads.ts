import { digestForm, exactTag, repositoryOf } from "../components/workload/images.ts";
import { devicePath } from "../components/userApps/fields.ts";
import { isPrivileged, relaxedAnnotation, usesDevice } from "../components/userApps/security.ts";
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

/** An image that is the same one tomorrow, and not built for other machines. */
export const imageTag = resourceRule({
  name: "image-tag",
  description: "Every image has an exact tag or a digest, and none is of another architecture.",
  subject: podOwner,
  messages: ({ pod }) =>
    containersOf(pod).flatMap(({ name, image = "" }) => {
      const tag = image.slice(repositoryOf(image).length + 1);
      return [
        !digestForm.test(image) &&
          !exactTag.test(tag) &&
          `container ${name} has the image ${image || "(none)"}, which can change at any time: the boards would run different versions. Use an exact tag such as :1.2.3.`,
        otherArch.test(image) &&
          `container ${name} has the image ${image}, which is not built for arm64. Use the multi-platform image.`,
      ];
    }),
});

/** Whether a registry has an image for these boards, nobody sees before it is pulled. */
export const arm64Image = resourceRule({
  name: "arm64-image",
  description: "Every image is known to run on arm64.",
  level: "advisory",
  settings: {
    images: names
      .default(arm64Images)
      .describe('Repositories of images that are known to have a variant for linux/arm64; "*" for any.'),
  },
  subject: podOwner,
  messages: ({ pod }, { images: known }) =>
    containersOf(pod).map(({ name, image = "" }) => {
      const repository = repositoryOf(image);
      const isKnown = known.includes("*") || known.includes(repository);
      return (
        !isKnown &&
        !otherArch.test(image) &&
        `container ${name} has the image ${repository}, which is not known to run on arm64. Check its platforms, then add it to \`images\`.`
      );
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
  messages: ({ id, pod, annotations }, { privileged, hostPaths }) => [
    ...containersOf(pod).map(
      ({ name, securityContext }) =>
        !privileged.includes(id) &&
        !relaxedIn(annotations).includes(isPrivileged) &&
        (securityContext?.privileged === true ||
          (securityContext?.capabilities?.add ?? []).some((each) => ["ALL", "SYS_ADMIN"].includes(each))) &&
        `container ${name} is privileged or equivalent: whoever compromises it controls the board. Add only the capability that it needs, or add ${id} to \`privileged\`.`,
    ),
    ...(pod.volumes ?? []).map(
      ({ hostPath }) =>
        hostPath !== undefined &&
        !hostPaths.includes(`${id}:${hostPath.path}`) &&
        !(devicePath.test(hostPath.path) && relaxedIn(annotations).includes(usesDevice(hostPath.path))) &&
        `mounts ${hostPath.path} of whichever board it runs on. Use a volume, or add "${id}:${hostPath.path}" to \`hostPaths\`.`,
    ),
  ],
});

/** What of one of the user's own apps is loosened by its settings is known, and seen each time. */
export const relaxedSecurity = resourceRule({
  name: "relaxed-security",
  description: "No app is less secure than the default, even where its settings say so.",
  level: "advisory",
  subject: podOwner,
  messages: ({ annotations }) =>
    relaxedIn(annotations).map(
      (each) =>
        `${each}, as its settings say: whoever compromises it gets further. Remove it from the settings if the program works without it.`,
    ),
});

function relaxedIn(annotations: Readonly<Record<string, string>>): string[] {
  return (annotations[relaxedAnnotation] ?? "").split(", ").filter(Boolean);
}

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
