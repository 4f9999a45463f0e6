import { app } from "../app/app.ts";
import { rangesOverlap } from "../fields/addresses.ts";
import { Headlamp } from "./headlamp.ts";
import { headlamp as place, headlampWorkload } from "./headlampWorkload.ts";
import { schema } from "./settings.ts";

/** Headlamp, the web UI of Kubernetes. */
export const headlamp = app({
  schema,
  page: "headlamp.md",
  example: {},
  needs: ["ingress"],
  reads: ["ingress"],
  publish: ({ host }) => [{ setting: "host", host, namespace: place.namespace }],
  *errors(_, { ingress }) {
    if (!ingress) return;
    if (!ingress.login) {
      const message = "needs ingress.login, which is in front of it. Set ingress.login.user.";
      yield { setting: "", code: "headlamp-without-login", message };
    }
    const proxies = ingress.trustedProxies.filter((proxy) =>
      ingress.lan.some((lan) => rangesOverlap(lan, proxy)),
    );
    if (proxies.length > 0) {
      const message = `is for the LAN alone, which can't be told behind a proxy in it (ingress.trustedProxies: ${proxies.join(", ")}): everybody would have its address. Remove the proxy or headlamp.`;
      yield { setting: "", code: "lan-behind-proxy", message };
    }
  },
  parts(own, { stack, domain, tls }) {
    const { host, mayChange } = own;
    const args = { host: `${host}.${domain}`, tls, mayChange, cluster: stack };
    return [
      {
        name: "headlamp",
        stage: "app",
        loads: [headlampWorkload(args)],
        register(name, { opts }) {
          const resource = new Headlamp(name, args, opts);
          const { url: headlampUrl, signIn: headlampSignIn } = resource;
          return { resource, outputs: { headlampUrl, headlampSignIn } };
        },
      },
    ];
  },
});
