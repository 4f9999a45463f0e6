// The world around the boards' network: a home with its router, and the internet.
import { gatewayAddress } from "../addresses.ts";
import type { BoardNetwork } from "../network.ts";
import {
  guestNetwork,
  laptopAddress,
  publicResolvers,
  servicesAddress,
  strangerAddresses,
} from "./addresses.ts";
import { Ends } from "./ends.ts";
import { ip } from "./ip.ts";
import { Namespace } from "./namespace.ts";
import { type Forwarding, Router } from "./router.ts";
import { type ServicesOptions, startServices } from "./services.ts";

/** What of a lab's surroundings its outside needs. */
export interface OutsideOptions extends Forwarding, ServicesOptions {}

/** A home and the internet. */
export type Outside = Awaited<ReturnType<typeof startOutside>>;

/**
 * Connects the boards' network to an internet, once in its life, and puts computers around it.
 *
 * @throws an Error with what was printed, if a part of it can't be started
 */
export async function startOutside(network: BoardNetwork, options: OutsideOptions) {
  const ends = new Ends();
  const namespace = async (resolver: string) => {
    const made = await Namespace.start(resolver);
    ends.add(() => made.stop());
    return made;
  };
  return ends.unlessFailed(async () => {
    const internet = await namespace(servicesAddress);
    const addresses = [servicesAddress, ...publicResolvers, ...strangerAddresses];
    await ip(internet.enter, ...addresses.map((address) => `address add ${address}/32 dev lo`));
    const router = await Router.start(network, internet, options);
    const laptop = await namespace(gatewayAddress);
    await router.plugIntoLan(laptop, "laptop", laptopAddress);
    const guest = await namespace(guestNetwork.router);
    await router.plugIntoGuests(guest);
    const services = await startServices(internet, options);
    ends.add(() => services.stop());
    return {
      ...services,
      /** A computer in the LAN. */
      laptop,
      /** A computer in another network of the home. */
      guest,
      /** A computer on the internet; its programs can bind to any of `strangerAddresses`. */
      stranger: internet,
      router,
      /** Ends everything outside. The boards' network stays, and then leads nowhere. */
      stop: () => ends.stop(),
    };
  });
}
