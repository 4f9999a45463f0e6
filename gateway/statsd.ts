import { StatsD } from "hot-shots";
import type { Metrics } from "./metrics.ts";
import type { Reading } from "./readings.ts";

/** Sends readings to a Datadog agent as gauges. */
export class Dogstatsd {
  readonly #client: StatsD;
  readonly #metrics: Metrics;

  /**
   * @param host IP address of the agent
   * @param port its UDP port
   * @param metrics where datagrams and errors are counted
   */
  constructor(host: string, port: number, metrics: Metrics) {
    this.#metrics = metrics;
    this.#client = new StatsD({
      protocol: "udp",
      host,
      port,
      // One datagram for both gauges, within an Ethernet frame. The default, 0, sends each by itself.
      maxBufferSize: 1400,
      // Only what this file sets goes on the wire: by default DD_* variables and the container's id do too.
      datadog: false,
      includeDataDogTags: false,
      includeDatadogTelemetry: false,
      errorHandler: () => {
        metrics.datagramFailed();
      },
    });
  }

  /**
   * Sends a reading as one datagram and waits until the kernel has it; nobody learns whether it arrived.
   *
   * @throws Error if it could not be sent
   */
  async send({ sensor, room, temperature, humidity }: Reading): Promise<void> {
    const tags = { sensor, room };
    if (temperature !== undefined) this.#client.gauge("home.temperature", temperature, tags);
    if (humidity !== undefined) this.#client.gauge("home.humidity", humidity, tags);
    await new Promise<void>((resolve, reject) => {
      this.#client.flush((error) => {
        if (error) {
          this.#metrics.datagramFailed();
          reject(error);
        } else {
          this.#metrics.datagramSent();
          resolve();
        }
      });
    });
  }

  /** Waits for what is on its way, half a second at most, and closes the socket. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#client.close(() => {
        resolve();
      });
    });
  }
}
