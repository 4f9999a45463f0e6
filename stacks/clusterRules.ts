import { models } from "../components/board/models.ts";
import { cluster as schema } from "./schema/cluster.ts";
import { boardsOf, fault, objectOf, type Rule, textOf } from "./written.ts";

/** The first minor version with kubeadm's configuration v1beta4, and the newest that is known here. */
const oldestMinor = 31;
const newestMinor = 37;

function minorOf(version: unknown): number | undefined {
  const [, minor] = /^1\.(\d+)\.\d+$/.exec(textOf(version) ?? "") ?? [];
  return minor === undefined ? undefined : Number(minor);
}

const runnableVersion: Rule = ({ cluster }) => {
  const { kubernetesRepository, version: given } = objectOf(cluster);
  const version = textOf(given) ?? schema.shape.version.parse(undefined);
  const minor = minorOf(version);
  if (minor === undefined) return [];
  const { line } = objectOf(kubernetesRepository);
  const [, repositoryMinor] = /\/v1\.(\d+)\//.exec(textOf(line) ?? "") ?? [];
  return [
    ...(minor < oldestMinor
      ? [
          fault(
            "cluster.version",
            `${JSON.stringify(version)} is too old: bramble writes kubeadm's configuration v1beta4, which begins with 1.${oldestMinor}. Take 1.${oldestMinor} to 1.${newestMinor}.`,
          ),
        ]
      : []),
    ...(minor > newestMinor
      ? [
          fault(
            "cluster.version",
            `${JSON.stringify(version)} is newer than what bramble knows. Take 1.${oldestMinor} to 1.${newestMinor}.`,
          ),
        ]
      : []),
    ...(repositoryMinor !== undefined && Number(repositoryMinor) !== minor
      ? [
          fault(
            "cluster.kubernetesRepository.line",
            `is the repository of 1.${repositoryMinor}, and cluster.version is ${version}: each minor version has one of its own.`,
          ),
        ]
      : []),
  ];
};

/** A board that is gone for good holds nothing any more. */
const deadBoards: Rule = (settings) => {
  const boards = boardsOf(settings);
  const dead = boards.flatMap(({ name, dead: isDead }) => (isDead === true ? (textOf(name) ?? []) : []));
  const onDead = ["ingress", "storage"].flatMap((section) => {
    const board = textOf(objectOf(settings[section]).board);
    return board !== undefined && dead.includes(board)
      ? [
          fault(
            `${section}.board`,
            `"${board}" is marked dead. Name the board that takes over${section === "storage" ? ", and restore the data there" : " and forward the router's ports to it"}.`,
          ),
        ]
      : [];
  });
  const controlPlanes = boards.flatMap((board, i) =>
    board.role === "controlPlane" ? [{ ...board, i }] : [],
  );
  const [only] = controlPlanes;
  return [
    ...onDead,
    ...(controlPlanes.length === 1 && only && (only as { dead?: unknown }).dead === true
      ? [
          fault(
            `boards[${only.i}].dead`,
            "is true for the only control plane, without which there is no cluster. Set up another from its etcd snapshot first.",
          ),
        ]
      : []),
  ];
};

/** What the catalogue knows of a model holds. */
const asTheModel: Rule = (settings) =>
  boardsOf(settings).flatMap(({ model, ram, cores, arch }, i) => {
    const name = textOf(model) ?? "";
    const known = name in models ? models[name as keyof typeof models] : undefined;
    if (known === undefined) return [];
    return [
      ...(typeof ram === "number" && ram > known.ram
        ? [
            fault(
              `boards[${i}].ram`,
              `${ram} is more than a ${known.name} has (${known.ram}). Take its own model.`,
            ),
          ]
        : []),
      ...(typeof cores === "number" && cores > known.cores
        ? [fault(`boards[${i}].cores`, `${cores} is more than a ${known.name} has (${known.cores}).`)]
        : []),
      ...(arch === "amd64"
        ? [fault(`boards[${i}].arch`, `"amd64" is not what a ${known.name} is: it is arm64. Leave arch out.`)]
        : []),
    ];
  });

/** Where nothing stays. */
const fleeting = ["/tmp", "/run", "/dev", "/proc", "/sys", "/var/tmp", "/var/run"];
const others = [
  "/etc",
  "/boot",
  "/usr",
  "/bin",
  "/lib",
  "/sbin",
  "/var/lib/kubelet",
  "/var/lib/etcd",
  "/var/lib/containerd",
];

const lastingDirectory: Rule = ({ storage }) => {
  const directory = textOf(objectOf(storage).directory) ?? "";
  const below = (roots: readonly string[]) =>
    roots.find((root) => directory === root || directory.startsWith(`${root}/`));
  const [lost, foreign] = [below(fleeting), below(others)];
  if (lost !== undefined) {
    return [
      fault(
        "storage.directory",
        `"${directory}" is in ${lost}, which a restart empties. Take /var/lib/bramble, or a disk's mount point.`,
      ),
    ];
  }
  return foreign === undefined
    ? []
    : [
        fault(
          "storage.directory",
          `"${directory}" is in ${foreign}, which belongs to the system. Take /var/lib/bramble, or a disk's mount point.`,
        ),
      ];
};

const plainPath: Rule = ({ cluster }) => {
  const path = textOf(objectOf(cluster).kubeconfig) ?? "";
  return path.startsWith("~") || path.includes("$")
    ? [
        fault(
          "cluster.kubeconfig",
          `"${path}" is taken literally: no shell replaces ~ or $. Write the path out, or one from the folder of Pulumi.yaml.`,
        ),
      ]
    : [];
};

/** Rules about the cluster and its boards. */
export const clusterRules: readonly Rule[] = [
  runnableVersion,
  deadBoards,
  asTheModel,
  lastingDirectory,
  plainPath,
];
