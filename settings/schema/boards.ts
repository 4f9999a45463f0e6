import { z } from "zod";
import { sshPort, sshUser } from "../../components/board/connection.ts";
import { diskMount, diskUses } from "../../components/board/disk.ts";
import { type BoardModel, type ModelName, models, refusedModels } from "../../components/board/models.ts";
import { controlPlaneTaint, taintPattern } from "../../components/board/taints.ts";
import { cardSystems } from "../../components/card/plan.ts";
import { allowedWords } from "../errors.ts";
import { flag, label, list, secretString } from "../../components/fields/fields.ts";
import { boardHost, clusterHost, host } from "../../components/fields/hosts.ts";
import { refuse } from "../../components/fields/refuse.ts";

const roles = ["controlPlane", "worker"] as const;

/** What others call the roles: Kubernetes of old, kubeadm, k3s, Kubespray, Docker's Swarm. */
const otherWords: Readonly<Record<(typeof roles)[number], readonly string[]>> = {
  controlPlane: [
    "controlplane",
    "etcd",
    "kubecontrolplane",
    "kubemaster",
    "leader",
    "main",
    "manager",
    "master",
    "server",
  ],
  worker: ["agent", "compute", "kubenode", "minion", "node", "slave", "worker"],
};

/** What is said of another word for a role; undefined of one that means none. */
function otherRole(given: unknown): string | undefined {
  const word = String(given)
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .replace(/s$/, "");
  const meant = roles.find((role) => otherWords[role].includes(word));
  return meant && `is not known. ${allowedWords(roles)} Did you mean "${meant}"?`;
}

/** What is said of a model whose refusal has a reason of its own. */
function refusedModel(given: unknown): string | undefined {
  const refused = refusedModels[String(given)];
  return refused && `is the ${refused.name}: ${refused.why}`;
}

/** What is said of a name that is none of a disk. */
function diskIdError(given: unknown): string {
  const id = String(given);
  if (/-part\d+$/.test(id)) return "must be a whole disk: remove -part and its number";
  if (id.startsWith("/dev/disk/by-id/")) return "must be the name alone, without /dev/disk/by-id/";
  if (id.startsWith("/dev/")) {
    return "can name another disk after the next boot. Use the name that ls -l /dev/disk/by-id shows for it";
  }
  return "must be the name of a disk in /dev/disk/by-id, such as usb-Samsung_PSSD_T7_S5TANS0R100000-0:0";
}

/** A disk of a board. */
const disk = z
  .strictObject({
    id: z
      .string("must be the name of a disk")
      // What udev leaves in a name: https://github.com/systemd/systemd/blob/main/src/basic/utf8.h (ALLOWED_CHARS).
      .regex(/^(?!.*-part\d+$)[A-Za-z0-9][\w#+.:=@\\-]*$/, { error: ({ input }) => diskIdError(input) })
      .describe("Its name in /dev/disk/by-id. A disk that is not blank, and not bramble's, is rejected."),
    for: z
      .array(z.enum(diskUses), `must be a list of ${diskUses.join(", ")}`)
      .min(1, `must have one of ${diskUses.join(", ")}`)
      .refine((uses) => new Set(uses).size === uses.length, "must not have one twice")
      .default(["data"])
      .describe(
        "What it holds: `data` (apps' data and backups), `images` (container images), `etcd` (the database of a control plane).",
      ),
  })
  .describe(`A USB or NVMe disk besides the card (docs/disks.md), mounted at ${diskMount}.`);

/** A board. */
export const board = z
  .strictObject({
    name: label.describe("The board's host name and the name of its node."),
    model: z
      .enum(Object.keys(models) as ModelName[], { error: ({ input }) => refusedModel(input) })
      .optional()
      .describe("Its model, from the catalogue (docs/models.md). Sets `ram` and `cores`."),
    ram: z
      .int("must be a whole number of MiB")
      .min(256, "must be a whole number of MiB, 256 or more")
      .max(262_144, "must be a whole number of MiB, 262144 at most")
      .optional()
      .describe("Nominal RAM in MiB, as sold: 1024, 2048 … Required without a `model`."),
    cores: z
      .int("must be a whole number")
      .min(1, "must be 1 or more")
      .max(256, "must be 256 at most")
      .optional()
      .describe("CPU cores. Required without a `model`."),
    role: z.enum(roles, { error: ({ input }) => otherRole(input) }).describe("Its role in the cluster."),
    host: host(clusterHost).describe("Its IPv4 address or host name."),
    arch: z
      .enum(["arm64", "amd64"])
      .optional()
      .describe("Architecture of its operating system. Default: that of the model, or `arm64`."),
    user: z
      .string("must be a login")
      .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a login such as pi")
      .default(sshUser)
      .describe("User for SSH: root, or a user who needs no password for sudo."),
    port: port(),
    hostKey: z
      .string("must be a host key")
      .optional()
      .describe(
        "Its public SSH host key, `ssh-ed25519 AAAA…`, as `npm run card` writes it. Required unless `cluster.kubeconfig` is set.",
      ),
    system: z.enum(cardSystems).optional().describe("Operating system on its card. Default: `cards.system`."),
    wifi: flag(false, "Whether its card connects it to `cards.wifi` instead of its network port."),
    maxPods: z
      .int("must be a whole number")
      .min(4, "must be 4 or more: the cluster's own pods")
      .max(250, "must be 250 at most")
      .optional()
      .describe("Maximum number of pods. Default: one for each 64 MiB of RAM."),
    evictionHard: z
      .int("must be a whole number of MiB")
      .min(100, "must be 100 or more: the kubelet notices a shortage only every 10 s")
      .max(4096, "must be 4096 at most")
      .optional()
      .describe("MiB of available memory below which the kubelet evicts pods. Default: 128."),
    labels: z
      .record(
        z.string().regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, "must be a label's name"),
        z
          .string("must be a text")
          .regex(
            /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/,
            "must be a label's value: 63 letters, digits, . _ -",
          ),
        "must be labels and their values",
      )
      .default({})
      .describe("Labels of its node, if bramble creates the cluster."),
    taints: list(
      z
        .string("must be a taint")
        .regex(taintPattern, "must be a taint such as dedicated=media:NoSchedule")
        .refine(
          (value) => !value.startsWith(controlPlaneTaint.key),
          "is kubeadm's own: a control plane has it where there are workers",
        ),
      "taints",
      "Taints of its node, as kubectl writes them: `dedicated=media:NoSchedule`. The memory budget only places pods there that tolerate them.",
    ),
    disk: disk.optional(),
    dead: flag(false, "The board is gone for good: bramble no longer contacts it, not even to remove it."),
  })
  .superRefine(asItsModel)
  .describe("A board.");

/** A board is what the catalogue knows of its model, or says itself what it is. */
function asItsModel(
  board: { model?: ModelName; ram?: number; cores?: number; arch?: string },
  context: z.RefinementCtx,
): void {
  const { model, ram = 0, cores = 0, arch } = board;
  if (model === undefined) {
    if (ram > 0 && cores > 0) return;
    refuse(context, "model-missing", [], "needs a model, or both ram (MiB) and cores.");
    return;
  }
  const known: BoardModel = models[model];
  if (ram > known.ram) {
    const message = `${ram} is more than a ${known.name} has (${known.ram}). Use the model with that RAM.`;
    refuse(context, "beyond-model", ["ram"], message);
  }
  if (cores > known.cores) {
    refuse(context, "beyond-model", ["cores"], `${cores} is more than a ${known.name} has (${known.cores}).`);
  }
  if (arch === "amd64") {
    const message = `"amd64" does not match a ${known.name}, which is arm64. Omit arch.`;
    refuse(context, "beyond-model", ["arch"], message);
  }
}

/** How the boards are reached. */
export const ssh = z
  .strictObject({
    privateKey: secretString(
      /^-----BEGIN [A-Z ]+-----\n[^]+\n-----END [A-Z ]+-----\s*$/,
      "must be a private key in OpenSSH format, without a passphrase",
      "Private key for the boards. Default: the keys of the SSH agent.",
      (digits) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${digits}\n-----END OPENSSH PRIVATE KEY-----`,
    ).optional(),
    jump: z
      .strictObject({
        host: host(boardHost).describe("Its address or host name."),
        port: port(),
        user: z.string("must be a login").describe("User for SSH."),
        hostKey: z.string("must be a host key").describe("Its public SSH host key."),
      })
      .optional()
      .describe("A jump host, if the boards can't be reached directly."),
  })
  .describe("SSH access to the boards.");

function port() {
  return z
    .int("must be a port")
    .min(1, "must be a port, 1 to 65535")
    .max(65_535, "must be a port, 1 to 65535")
    .default(sshPort)
    .describe("Port of its SSH server.");
}
