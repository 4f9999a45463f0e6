import { metadataOf } from "./pods.ts";
import type { ResourceRule } from "./rule.ts";

interface Connection {
  readonly host?: string;
  readonly hostKey?: string;
  readonly proxy?: Connection;
}

/** Every machine that is dialled has to prove who it is. */
export const hostKeys: ResourceRule = {
  name: "host-keys",
  description: "Every SSH connection and every jump host has a pinned host key.",
  level: "mandatory",
  subject: ({ type, name, props }) =>
    type.startsWith("command:remote:") && props.connection !== undefined ? name : undefined,
  faults: ({ props }) => {
    const connection = props.connection as Connection;
    const hops = [connection, ...(connection.proxy ? [connection.proxy] : [])];
    return hops
      .filter(({ hostKey }) => hostKey === undefined || hostKey === "")
      .map(
        ({ host = "a machine" }) =>
          `the SSH connection to ${host} has no hostKey, so anyone on the network can impersonate it and read what is sent. Set it to the output of ssh-keyscan -t ed25519 ${host} | cut -d' ' -f2-, after comparing that on the machine.`,
      );
  },
};

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
export const dataVolumes: ResourceRule = {
  name: "data-volumes",
  description: "Volumes keep their data when the stack or a claim is deleted: Retain, or protect.",
  level: "mandatory",
  subject: ({ type, name, props }) => {
    if (!volumeKinds.test(type)) return undefined;
    const { namespace, name: own = name } = metadataOf(props);
    return type.endsWith(":PersistentVolume") ? own : `${namespace ?? "default"}/${own}`;
  },
  faults: ({ type, props, isProtected }) => {
    const spec = (props.spec ?? {}) as VolumeSpec;
    const [, , kind] = type.split(":");
    if (isProtected) return [];
    if (kind === "PersistentVolume") {
      const { persistentVolumeReclaimPolicy: policy = "Retain" } = spec;
      return policy === "Retain"
        ? []
        : [`persistentVolumeReclaimPolicy is ${policy}: the data is deleted with its claim. Set Retain.`];
    }
    if (kind === "PersistentVolumeClaim") {
      return spec.volumeName === undefined
        ? [
            "is bound to a dynamically provisioned volume, which is deleted with it. Set protect: true, or name a volume whose reclaim policy is Retain.",
          ]
        : [];
    }
    const { whenDeleted = "Retain", whenScaled = "Retain" } = spec.persistentVolumeClaimRetentionPolicy ?? {};
    return (spec.volumeClaimTemplates ?? []).length > 0 &&
      (whenDeleted !== "Retain" || whenScaled !== "Retain")
      ? ["deletes its claims and their data when it is deleted or scaled down. Set Retain for both."]
      : [];
  },
};
