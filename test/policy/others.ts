// Programs that are not bramble's, and what the table of policy/README.md says of them.
import { readFileSync } from "node:fs";
import * as policy from "@pulumi/policy";
import { parseAllDocuments } from "yaml";
import type { Declared, Props } from "./sound.ts";

const at = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

/** What the SDK exports for tests, but has no types of: a preview's unknown values, and what reading one throws. */
export const { unknownCheckingProxy, UnknownValueError } = policy as unknown as {
  readonly unknownCheckingProxy: (props: Props) => Props;
  readonly UnknownValueError: new (sentinel: string, path: readonly string[]) => Error;
};

/** The three programs, by the names that the table gives them. */
export const others = {
  "plain manifests": "plain",
  "a chart's objects": "chart",
  "with unknown values": "awkward",
} as const;

interface Manifest extends Props {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * The objects of a program.
 *
 * @param unknown what is put where a value is not known yet
 */
export function objectsOf(program: keyof typeof others, unknown: unknown): Declared[] {
  const documents = parseAllDocuments(at(`others/${others[program]}.yaml`));
  return documents.map((each) => {
    const props = each.toJS() as Manifest;
    const { apiVersion, kind, metadata } = props;
    const group = apiVersion === "v1" ? "core/v1" : apiVersion;
    return {
      type: `kubernetes:${group}:${kind}`,
      name: metadata.name,
      props: replaced(props, unknown) as Props,
    };
  });
}

function replaced(value: unknown, unknown: unknown): unknown {
  if (value === "UNKNOWN") return unknown;
  if (Array.isArray(value)) return value.map((each) => replaced(each, unknown));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, unknown)]));
}

/** What the pack says of a resource. */
export interface Row {
  readonly program: string;
  readonly resource: string;
  /** Policies that it violates. */
  readonly violates: readonly string[];
  /** Policies that can't say before the update whether it does, or what else does. */
  readonly unknown: readonly string[];
}

/** The table of policy/README.md. */
export function table(): Row[] {
  const rows = at("../../policy/README.md").matchAll(/^\| (.+?) +\| `(.+?)` +\|(.*?)\|(.*?)\|$/gm);
  const policies = (cell = "") => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!).sort();
  return [...rows].map(([, program = "", resource = "", violates, unknown]) => {
    return { program, resource, violates: policies(violates), unknown: policies(unknown) };
  });
}
