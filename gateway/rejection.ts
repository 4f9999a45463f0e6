/** Why a reading was refused, as counted in the metrics, and the HTTP status that says so. */
export const rejectionStatus = {
  /** The token is missing or wrong. */
  unauthorized: 401,
  /** Not JSON, or not of the schema. */
  malformed: 400,
  /** The Content-Type is not JSON's. */
  unsupported_media_type: 415,
  /** The body is over the limit. */
  too_large: 413,
  /** The request was not whole in time. */
  too_slow: 408,
  /** Well-formed, but no DHT22 measures that: the sensor is at fault, not what programs it. */
  implausible: 422,
  /** From one sensor more than the gateway keeps apart. */
  too_many_sensors: 409,
  /** The gateway could not hand it on. */
  not_sent: 502,
} as const;

/** The key of a reason in {@link rejectionStatus}. */
export type RejectionReason = keyof typeof rejectionStatus;

/** A reading that is refused, with each fault named. */
export class Rejection extends Error {
  readonly reason: RejectionReason;
  readonly faults: readonly string[];

  constructor(reason: RejectionReason, faults: readonly string[]) {
    super(`${reason}: ${faults.join("; ")}`);
    this.reason = reason;
    this.faults = faults;
  }
}
