import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/**
 * Times how long the resources of each top component took, from the engine's events as they come in. Stack and
 * providers are its own business.
 */
export class ComponentTimes {
  readonly #times = new Map<string, { begin: number; end: number }>();
  readonly #componentOf = new Map<string, string>();

  /** Takes an event; returns the name of the resource if it says that one is done. */
  take({ resourcePreEvent, resOutputsEvent }: EngineEvent): string | undefined {
    const metadata = resourcePreEvent?.metadata ?? resOutputsEvent?.metadata;
    if (metadata === undefined || metadata.op === "same" || metadata.type.startsWith("pulumi:")) {
      return undefined;
    }
    const now = performance.now();
    const component = this.#component(metadata.urn, metadata.new?.parent);
    this.#times.set(component, { begin: this.#times.get(component)?.begin ?? now, end: now });
    return resOutputsEvent && nameIn(metadata.urn);
  }

  /** Seconds for each top component, in the order in which they began. */
  get steps(): { name: string; seconds: number }[] {
    return [...this.#times].map(([name, { begin, end }]) => ({ name, seconds: (end - begin) / 1000 }));
  }

  #component(urn: string, parent: string | undefined): string {
    const component = this.#componentOf.get(parent ?? "") ?? nameIn(urn);
    this.#componentOf.set(urn, component);
    return component;
  }
}

function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
