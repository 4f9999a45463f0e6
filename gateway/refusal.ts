/** Why a reading was refused, as counted in the metrics, and the HTTP status that says so. */
export const refusals = {
  /** No token, or one of no device. */
  unauthorized: 401,
  /** A datagram from a network that may not send any. */
  network_not_allowed: 403,
  /** A datagram for a device that is in no settings. */
  unknown_device: 404,
  /** A datagram for a device that is to use HTTP, or the other way round: whoever sends it is not the device. */
  wrong_transport: 403,
  /** The reading is of another sensor than the token. */
  wrong_sensor: 403,
  /** Another address sends under this name: two devices have the same. */
  name_taken: 409,
  /** Not JSON, not StatsD, or not of the form of a reading. */
  malformed: 400,
  /** JSON but for a bare nan or inf, which firmware writes for a sensor that did not answer. */
  nan_in_json: 400,
  /** The Content-Type is not JSON's. */
  unsupported_media_type: 415,
  /** Over the limit of a body, of headers or of a datagram. */
  too_large: 413,
  /** The request was not whole in time. */
  too_slow: 408,
  /** More requests at once from one address than a device has. */
  too_many_requests: 429,
  /** Less than 2 s after the one before. */
  too_soon: 429,
  /** NaN or null: the sensor did not answer its board. */
  not_a_number: 422,
  /** Values near zero that sensors give in place of an answer. */
  no_answer: 422,
  /** The sensor's model cannot measure that. */
  out_of_range: 422,
  /** Too far from the reading before for the time since, and no row of others agrees. */
  impossible_jump: 422,
  /** The device's clock is off, so that nobody knows of when the reading is. */
  wrong_clock: 422,
} as const;

/** A key of {@link refusals}. */
export type RefusalReason = keyof typeof refusals;

/** A reading that is refused, with what is wrong. */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, fault: string) {
    super(fault);
    this.reason = reason;
  }
}
