import { refusals, type RefusalReason } from "./refusal.ts";

/** What the gateway did since it started. */
export class Counters {
  accepted = 0;
  datagramsSent = 0;
  linesSent = 0;
  /** Readings sent once more, because nobody tells whether the agent heard them. */
  repeated = 0;
  readonly refused = Object.fromEntries(Object.keys(refusals).map((reason) => [reason, 0])) as Record<
    RefusalReason,
    number
  >;
  /** What was done to a reading that was accepted all the same. */
  readonly corrected = {
    /** −0, which a sensor gives at 0 °C with its sign bit set, was stored as 0. */
    negative_zero: 0,
    /** One of two values was missing (NaN or null); the other was taken. */
    half_missing: 0,
  };
  /** Why an accepted reading may not have reached Datadog. */
  readonly dropped = {
    /** The agent took no datagrams, and a later reading of the same sensor took this one's place. */
    superseded: 0,
  };
  /** By the system's code, such as ECONNREFUSED. */
  readonly sendErrors: Record<string, number> = {};
}
