import { models } from "../components/board/models.ts";
import { cluster as schema } from "./schema/cluster.ts";
import { boardsOf, fault, objectOf, roleMeant, type Rule, textOf } from "./written.ts";

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

/** Without one that lives there is no cluster. */
const livingControlPlane: Rule = (settings) => {
  const controlPlanes = boardsOf(settings).flatMap((board, i) =>
    board.role === "controlPlane" ? [{ dead: board.dead, i }] : [],
  );
  const isLast = controlPlanes.length > 0 && controlPlanes.every(({ dead }) => dead === true);
  const which =
    controlPlanes.length === 1 ? "the only control plane" : "the last control plane, as for the others";
  return isLast
    ? [
        fault(
          `boards[${controlPlanes.at(-1)?.i ?? 0}].dead`,
          `is true for ${which}, and without one there is no cluster. Set up another from its etcd snapshot first.`,
        ),
      ]
    : [];
};

/** A word that others have for a role. */
const knownRole: Rule = ({ boards }) =>
  (Array.isArray(boards) ? boards : []).flatMap((board, i) => {
    const { role } = objectOf(board);
    const meant = roleMeant(role);
    return meant === undefined
      ? []
      : [
          fault(
            `boards[${i}].role`,
            `${JSON.stringify(role)} is not known. Allowed: controlPlane, worker. Did you mean "${meant}"?`,
          ),
        ];
  });

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
  livingControlPlane,
  knownRole,
  asTheModel,
  plainPath,
];
