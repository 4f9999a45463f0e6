// The router between a home and the internet: the gateway of the boards' network, with a second cable.
import path from "node:path";
import { gatewayAddress, lanBridge, lanRange, prefixLength } from "../addresses.ts";
import type { BoardNetwork } from "../network.ts";
import { guestNetwork, provider, publicAddresses, servicesAddress, strangerAddresses } from "./addresses.ts";
import { ip, setUp } from "./ip.ts";
import type { Namespace } from "./namespace.ts";

const rules = path.join(import.meta.dirname, "router.nft");

/** What is open to the internet. */
export interface Forwarding {
  /** Address of the board that connections from outside go to, which sees the client's own address. */
  entrance: string;
  /** Their TCP ports, the same on both sides. */
  ports: readonly number[];
}

/**
 * The router of a home. Connections from the internet reach the entrance and nothing else; what leaves the home has the
 * router's public address; its own name server asks the one of the internet.
 */
export class Router {
  readonly #network: BoardNetwork;
  readonly #internet: Namespace;
  readonly #forwarding: Forwarding;
  #used = 0;

  private constructor(network: BoardNetwork, internet: Namespace, forwarding: Forwarding) {
    this.#network = network;
    this.#internet = internet;
    this.#forwarding = forwarding;
  }

  /** Connects the boards' network to the internet, once in its life. */
  static async start(network: BoardNetwork, internet: Namespace, forwarding: Forwarding): Promise<Router> {
    const router = new Router(network, internet, forwarding);
    await ip(network.enter, `link add wan type veth peer name home netns ${internet.pid}`, "link set wan up");
    await ip(
      internet.enter,
      "link set home up",
      `address add ${provider.router}/32 dev home`,
      `route add unreachable ${provider.network}`,
    );
    await router.#connect();
    return router;
  }

  /** Its public address. */
  get address(): string {
    return publicAddresses[this.#used % publicAddresses.length] ?? "";
  }

  /** The provider gives it another public address. Connections to the old one, and from it, come to nothing. */
  async changeAddress(): Promise<string> {
    await ip(this.#internet.enter, `route delete ${this.address}/32`);
    this.#used += 1;
    await this.#connect();
    return this.address;
  }

  /** Plugs a computer into the LAN. */
  async plugIntoLan(computer: Namespace, device: string, address: string): Promise<void> {
    await this.#cable(computer, device, `link set ${device} master ${lanBridge} up`);
    await attach(computer, address, gatewayAddress);
  }

  /** Plugs the one computer of the guest network in. */
  async plugIntoGuests(computer: Namespace): Promise<void> {
    const device = "guests";
    const own = `address add ${guestNetwork.router}/${prefixLength} dev ${device}`;
    await this.#cable(computer, device, own, `link set ${device} up`);
    await attach(computer, guestNetwork.computer, guestNetwork.router);
  }

  #cable({ pid }: Namespace, device: string, ...commands: string[]): Promise<void> {
    return ip(this.#network.enter, `link add ${device} type veth peer name eth0 netns ${pid}`, ...commands);
  }

  async #connect(): Promise<void> {
    const { entrance, ports } = this.#forwarding;
    await ip(
      this.#network.enter,
      "address flush dev wan",
      `address add ${this.address} peer ${provider.router} dev wan`,
      `route add default via ${provider.router}`,
    );
    const defined = {
      public: this.address,
      inside: `{ ${gatewayAddress}, ${guestNetwork.router} }`,
      lan: lanRange,
      entrance,
      ports: `{ ${ports.join(", ")} }`,
      resolver: servicesAddress,
    };
    const defines = Object.entries(defined).flatMap(([name, value]) => ["--define", `${name}=${value}`]);
    await setUp(this.#network.enter, ["nft", ...defines, "--file", rules]);
    await ip(this.#internet.enter, `route add ${this.address}/32 dev home src ${strangerAddresses[0] ?? ""}`);
  }
}

/** Gives a computer that is plugged in its address and its way to the router. */
function attach(computer: Namespace, address: string, router: string): Promise<void> {
  return ip(
    computer.enter,
    `address add ${address}/${prefixLength} dev eth0`,
    "link set eth0 up",
    `route add default via ${router}`,
  );
}
