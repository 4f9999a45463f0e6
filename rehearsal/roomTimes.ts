import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/**
 * Times how long the resources of each top component took, from the engine's events as they come in. Stack and
 * providers are its own business.
 */
export class RoomTimes {
  readonly #times = new Map<string, { begin: number; end: number }>();
  readonly #roomOf = new Map<string, string>();

  /** Takes an event; returns the name of the resource if it says that one is done. */
  take({ resourcePreEvent, resOutputsEvent }: EngineEvent): string | undefined {
    const metadata = resourcePreEvent?.metadata ?? resOutputsEvent?.metadata;
    if (metadata === undefined || metadata.op === "same" || metadata.type.startsWith("pulumi:")) {
      return undefined;
    }
    const now = performance.now();
    const room = this.#room(metadata.urn, metadata.new?.parent);
    this.#times.set(room, { begin: this.#times.get(room)?.begin ?? now, end: now });
    return resOutputsEvent && nameIn(metadata.urn);
  }

  /** Seconds for each top component, in the order in which they began. */
  get steps(): { name: string; seconds: number }[] {
    return [...this.#times].map(([name, { begin, end }]) => ({ name, seconds: (end - begin) / 1000 }));
  }

  #room(urn: string, parent: string | undefined): string {
    const room = this.#roomOf.get(parent ?? "") ?? nameIn(urn);
    this.#roomOf.set(urn, room);
    return room;
  }
}

function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
