import { idOf, metadataOf } from "./pods.ts";
import { resourceRule } from "./rule.ts";

interface Connection {
  readonly host?: string;
  readonly hostKey?: string;
  readonly proxy?: Connection;
}

/** Every machine that is dialled has to prove who it is. */
export const hostKeys = resourceRule({
  name: "host-keys",
  description: "Every SSH connection and every jump host has a pinned host key.",
  subject: ({ type, name, props }) => {
    const connection = props.connection as Connection | undefined;
    if (!type.startsWith("command:remote:") || connection === undefined) return undefined;
    return { id: name, hops: [connection, ...(connection.proxy ? [connection.proxy] : [])] };
  },
  messages: ({ hops }) =>
    hops.map(
      ({ host = "a machine", hostKey = "" }) =>
        hostKey === "" &&
        `the SSH connection to ${host} has no hostKey, so anyone on the network can impersonate it and read what is sent. Set it to the machine's /etc/ssh/ssh_host_ed25519_key.pub; for a board: npm run card -- STACK --scan.`,
    ),
});

interface VolumeSpec {
  readonly persistentVolumeReclaimPolicy?: string;
  readonly volumeName?: string;
  readonly volumeClaimTemplates?: readonly unknown[];
  readonly persistentVolumeClaimRetentionPolicy?: {
    readonly whenDeleted?: string;
    readonly whenScaled?: string;
  };
}

const volumeKinds = /^kubernetes:(core\/v1:PersistentVolume(Claim)?|apps\/v1:StatefulSet)$/;

/** What people have put in outlives the stack. */
export const dataVolumes = resourceRule({
  name: "data-volumes",
  description: "Volumes keep their data when the stack or a claim is deleted: Retain, or protect.",
  subject: (resource) => {
    const { type, props, isProtected } = resource;
    if (!volumeKinds.test(type)) return undefined;
    const [, , kind = ""] = type.split(":");
    const { name } = metadataOf(resource);
    const id = kind === "PersistentVolume" ? (name ?? resource.name) : idOf(resource);
    const spec: VolumeSpec = props.spec ?? {};
    return { id, kind, spec, isProtected };
  },
  messages: ({ kind, spec, isProtected }) => {
    if (isProtected) return [];
    const { persistentVolumeReclaimPolicy: policy = "Retain", volumeClaimTemplates = [] } = spec;
    const { whenDeleted = "Retain", whenScaled = "Retain" } = spec.persistentVolumeClaimRetentionPolicy ?? {};
    return [
      kind === "PersistentVolume" &&
        policy !== "Retain" &&
        `persistentVolumeReclaimPolicy is ${policy}: the data is deleted with its claim. Set Retain.`,
      kind === "PersistentVolumeClaim" &&
        spec.volumeName === undefined &&
        "is bound to a dynamically provisioned volume, which is deleted with it. Set protect: true, or name a volume whose reclaim policy is Retain.",
      volumeClaimTemplates.length > 0 &&
        (whenDeleted !== "Retain" || whenScaled !== "Retain") &&
        "deletes its claims and their data when it is deleted or scaled down. Set Retain for both.",
    ];
  },
});
