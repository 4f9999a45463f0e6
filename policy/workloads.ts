import { images } from "../components/images.ts";
import { containersOf, metadataOf, podRule } from "./pods.ts";
import type { ResourceRule } from "./rule.ts";

/** When a board is full, what gives way to what is not left to chance. */
export const priorityClass = podRule(
  {
    name: "priority-class",
    description: "Every pod names its priority class.",
    level: "mandatory",
    settings: {
      allowed: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "The only classes that may be named; any if empty.",
      },
    },
  },
  ({ spec }, config) => {
    const { priorityClassName } = spec;
    const allowed = config.allowed as readonly string[];
    if (priorityClassName === undefined || priorityClassName === "") {
      return [
        "has no priorityClassName: on a full board it gives way to everything that has one, or stays out. Name one.",
      ];
    }
    return allowed.length === 0 || allowed.includes(priorityClassName)
      ? []
      : [`names the priority class ${priorityClassName}. Allowed: ${allowed.join(", ")}.`];
  },
);

const digest = /@sha256:[0-9a-f]{64}$/;
/** At least two numbers: `1.2`, `v3.7.11`, `next-0.14.3`. `3` and `latest` are other programs tomorrow. */
const exactTag = /\d+\.\d+/;
const otherArch = /(^|[/:_.-])(amd64|x86_64|i386|armhf|arm32v[567]|armv[67]l?|ppc64le|s390x)($|[/:_.-])/;

/** An image that these boards can run, and that is the same one tomorrow. */
export const imageTag = podRule(
  {
    name: "image-tag",
    description: "Every image has an exact tag or a digest, and is known to run on arm64.",
    level: "mandatory",
    settings: {
      arm64Images: {
        type: "array",
        items: { type: "string" },
        default: [...new Set(Object.values(images).map((image) => repositoryOf(image)))].sort(),
        description: 'Repositories of images that are known to have a variant for linux/arm64; "*" for any.',
      },
    },
  },
  ({ spec }, config) => {
    const known = config.arm64Images as readonly string[];
    return containersOf(spec).flatMap(({ name, image = "" }) => {
      const repository = repositoryOf(image);
      const tag = image.slice(repository.length + 1);
      const isExact = digest.test(image) || exactTag.test(tag);
      return [
        ...(isExact
          ? []
          : [
              `container ${name} has the image ${image || "(none)"}, which is not the same every day: the boards end up with different ones. Give it an exact tag such as :1.2.3.`,
            ]),
        ...(otherArch.test(image)
          ? [
              `container ${name} has the image ${image}, which is for other processors than arm64. Use the image for several.`,
            ]
          : known.includes("*") || known.includes(repository)
            ? []
            : [
                `container ${name} has the image ${repository}, which is not known to run on arm64. Look at its platforms, then add it to arm64Images.`,
              ]),
      ];
    });
  },
);

function repositoryOf(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

/** Nobody gets the whole board by an oversight. */
export const podPrivileges = podRule(
  {
    name: "pod-privileges",
    description: "No container is privileged and none sees the board's files, but those in a list.",
    level: "mandatory",
    settings: {
      privileged: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "What may be privileged, by namespace/name.",
      },
      hostPaths: {
        type: "array",
        items: { type: "string" },
        default: [
          "datadog/datadog-agent:/proc",
          "datadog/datadog-agent:/sys/fs/cgroup",
          "datadog/datadog-agent:/var/run/datadog",
          "kube-flannel/kube-flannel-ds:/etc/cni/net.d",
          "kube-flannel/kube-flannel-ds:/opt/cni/bin",
          "kube-flannel/kube-flannel-ds:/run/flannel",
          "kube-flannel/kube-flannel-ds:/run/xtables.lock",
        ],
        description: "Paths of the board that a pod may see, as namespace/name:/path.",
      },
    },
  },
  ({ id, spec }, config) => {
    const privileged = (config.privileged as readonly string[]).includes(id)
      ? []
      : containersOf(spec).filter(
          ({ securityContext }) =>
            securityContext?.privileged === true ||
            (securityContext?.capabilities?.add ?? []).some((each) => ["ALL", "SYS_ADMIN"].includes(each)),
        );
    const paths = (spec.volumes ?? []).flatMap(({ hostPath }) => hostPath?.path ?? []);
    return [
      ...privileged.map(
        ({ name }) =>
          `container ${name} is privileged, or as good as: who breaks into it has the board. Give it the one capability that it needs, or name ${id} in \`privileged\`.`,
      ),
      ...paths
        .filter((path) => !(config.hostPaths as readonly string[]).includes(`${id}:${path}`))
        .map(
          (path) =>
            `mounts ${path} of the board it happens to run on. Use a volume, or name "${id}:${path}" in \`hostPaths\`.`,
        ),
    ];
  },
);

const namespaced =
  /^kubernetes:(apps|batch|core|networking\.k8s\.io|policy|rbac\.authorization\.k8s\.io)\/v1:(ConfigMap|CronJob|DaemonSet|Deployment|Ingress|Job|NetworkPolicy|PersistentVolumeClaim|Pod|PodDisruptionBudget|ReplicaSet|Role|RoleBinding|Secret|Service|ServiceAccount|StatefulSet)(Patch)?$/;

/** Everything has a namespace of its own, so that it can be found, bounded and taken away. */
export const namespaceSet: ResourceRule = {
  name: "namespace-set",
  description: "Nothing is put into the namespace default, neither by name nor by leaving it out.",
  level: "mandatory",
  subject: ({ type, name, props }) =>
    namespaced.test(type)
      ? `${metadataOf(props).namespace ?? "default"}/${metadataOf(props).name ?? name}`
      : undefined,
  faults: ({ props }) => {
    const { namespace } = metadataOf(props);
    return namespace !== undefined && namespace !== "default"
      ? []
      : [
          `is in the namespace default${namespace === undefined ? ", since none is named" : ""}: nothing there is bounded, and everything is mixed. Set metadata.namespace.`,
        ];
  },
};
