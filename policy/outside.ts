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
  description: "Every SSH connection, and each machine that it goes through, has a pinned host key.",
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
          `${host} is dialled without a hostKey, and then anybody in the network can pass for it and gets what is sent. Set it: ssh-keyscan -t ed25519 ${host} | cut -d' ' -f2-, compared on the machine.`,
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
  description: "Volumes keep their data when the stack or a claim goes: Retain, or protected.",
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
        : [`persistentVolumeReclaimPolicy is ${policy}: the data goes with its claim. Set Retain.`];
    }
    if (kind === "PersistentVolumeClaim") {
      return spec.volumeName === undefined
        ? [
            "is bound to whatever volume is made for it, which goes with it. Register it with protect: true, or name a volume whose reclaim policy is Retain.",
          ]
        : [];
    }
    const { whenDeleted = "Retain", whenScaled = "Retain" } = spec.persistentVolumeClaimRetentionPolicy ?? {};
    return (spec.volumeClaimTemplates ?? []).length > 0 &&
      (whenDeleted !== "Retain" || whenScaled !== "Retain")
      ? [
          "deletes its claims, and with them its data, when it is deleted or made smaller. Set Retain for both.",
        ]
      : [];
  },
};
