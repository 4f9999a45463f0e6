import {
  type ComponentResource,
  type ComponentResourceOptions,
  InputPropertiesError,
  type Inputs,
  Output,
  type provider,
} from "@pulumi/pulumi";

/** What of the schema decides how a component is made. */
export interface Schema {
  readonly version: string;
  readonly resources: Readonly<Record<string, ResourceSchema>>;
  readonly types: Readonly<Record<string, { readonly properties?: Properties }>>;
}

interface ResourceSchema {
  readonly inputProperties: Properties;
  readonly properties: Properties;
}

type Properties = Readonly<Record<string, PropertySchema>>;

interface PropertySchema {
  /** Whether its value must be known before the update. */
  readonly plain?: boolean;
  readonly $ref?: string;
  readonly items?: PropertySchema;
  readonly additionalProperties?: PropertySchema;
}

type Constructor = new (name: string, args: never, opts: ComponentResourceOptions) => ComponentResource;

/** The components, each loaded when it is used: not every project has Cloudflare's SDK, and none needs all of them. */
export const components: Readonly<Record<string, () => Promise<Constructor>>> = {
  BackupStore: async () => (await import("./storage.ts")).BackupStore,
  BoardPlan: async () => (await import("./boardPlan.ts")).BoardPlan,
  DatadogAgent: async () => (await import("./datadogAgent.ts")).DatadogAgent,
  DnsRecords: async () => (await import("./dnsRecords.ts")).DnsRecords,
  DynamicDns: async () => (await import("./dynamicDns.ts")).DynamicDns,
  Flannel: async () => (await import("./cluster.ts")).Flannel,
  Gogs: async () => (await import("./gogs.ts")).Gogs,
  Headlamp: async () => (await import("./headlamp.ts")).Headlamp,
  KubeStateMetrics: async () => (await import("./cluster.ts")).KubeStateMetrics,
  MetricsServer: async () => (await import("./cluster.ts")).MetricsServer,
  OfferedVolumes: async () => (await import("./storage.ts")).OfferedVolumes,
  PolicyEnforcer: async () => (await import("./cluster.ts")).PolicyEnforcer,
  Priorities: async () => (await import("./cluster.ts")).Priorities,
  Route: async () => (await import("./entrance.ts")).Route,
  SensorGateway: async () => (await import("./sensorGateway.ts")).SensorGateway,
  Traefik: async () => (await import("./entrance.ts")).Traefik,
  UserApp: async () => (await import("./userApp.ts")).UserApp,
};

/** The provider of the components in a schema. */
export function served(schema: Schema): provider.Provider {
  return {
    version: schema.version,
    schema: JSON.stringify(schema),
    async construct(name, type, inputs, options) {
      const described = schema.resources[type];
      const Component = await components[type.split(":").at(-1) ?? ""]?.();
      if (!described || !Component) throw new Error(`no component ${type}`);
      requirePlain(described.inputProperties, inputs, schema);
      const made = new Component(name, inputs as never, options);
      const outputs = Object.keys(described.properties).map((key) => [key, Reflect.get(made, key)] as const);
      return { urn: made.urn, state: Object.fromEntries(outputs) };
    },
  };
}

/**
 * Refuses what a component has to know before the update, and is another resource's output.
 *
 * @throws InputPropertiesError naming each
 */
function requirePlain(properties: Properties, inputs: Inputs, schema: Schema): void {
  const wrong = Object.entries(inputs).flatMap(([key, value]) =>
    outputsIn(value as unknown, properties[key] ?? {}, key, schema),
  );
  if (wrong.length === 0) return;
  const reason =
    "is a secret or the output of a resource, and must be known before the update: give a plain value.";
  const errors = wrong.map((propertyPath) => ({ propertyPath, reason }));
  throw new InputPropertiesError({ message: "values must be plain", errors });
}

/** Paths of the outputs where the schema has plain values. */
function outputsIn(value: unknown, described: PropertySchema, path: string, schema: Schema): string[] {
  if (Output.isInstance(value)) return described.plain === true ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  const { $ref = "", items = {}, additionalProperties } = described;
  if (Array.isArray(value))
    return value.flatMap((each, i) => outputsIn(each, items, `${path}[${i}]`, schema));
  const { properties = {} } = schema.types[$ref.replace("#/types/", "")] ?? {};
  return Object.entries(value).flatMap(([key, each]) =>
    outputsIn(each, properties[key] ?? additionalProperties ?? {}, `${path}.${key}`, schema),
  );
}
