import { stringify } from "yaml";
import { board, configMap, controlPlane, type Declared, deployment, ingress, object } from "./sound.ts";

/** A stack that breaks a policy for whole stacks, or that it lets pass. */
export interface StackCase {
  readonly policy: string;
  readonly what: string;
  readonly resources: readonly Declared[];
  /** What the policy says; undefined if it is to pass. */
  readonly says?: string;
  readonly config?: Record<string, unknown>;
}

const on = (name: string) => ({ nodeSelector: { "kubernetes.io/hostname": name } });
const app = (name: string, memory: string, pod: object = {}) =>
  deployment(name, (container, spec) => {
    container.resources = { requests: { memory }, limits: { memory } };
    Object.assign(spec, pod);
  });
const boards = [controlPlane("cp"), board("a"), board("b")];

const traefik = (http: object, name = "traefik") => configMap(name, { "dynamic.yaml": stringify({ http }) });
const middlewares = {
  password: { basicAuth: { usersFile: "/run/users" } },
  limit: { rateLimit: { average: 5 } },
  good: { chain: { middlewares: ["limit", "password"] } },
  bad: { chain: { middlewares: ["password", "limit"] } },
};
const guarded = (list: string) =>
  ingress("app", "app.example.com", { "traefik.ingress.kubernetes.io/router.middlewares": list });

const daemonSet = (name: string) => object("apps/v1:DaemonSet", name, { spec: {} }, "kube-system");
const policy = (spec: object, namespace?: string) =>
  object("networking.k8s.io/v1:NetworkPolicy", "isolated", { spec }, namespace);
const closed = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const isolated = (what: string, resources: readonly Declared[], says?: string, config = {}): StackCase => {
  const all = [daemonSet("kube-network-policies"), ingress("app", "app.example.com"), ...resources];
  return { policy: "isolated-apps", what, resources: all, says, config };
};
const unclosed = "the namespace of apps/app has no NetworkPolicy that denies everything else";

export const stackCases: readonly StackCase[] = [
  { policy: "stack-fits", what: "room for everything", resources: [...boards, app("small", "64Mi")] },
  {
    policy: "stack-fits",
    what: "an app tied to a board that is full",
    resources: [...boards, app("large", "400Mi", on("a"))],
    says: "large needs 400Mi on a, which has 379Mi left: 21Mi too much",
  },
  {
    policy: "stack-fits",
    what: "an app for which no board has room",
    resources: [...boards, app("huge", "500Mi")],
    says: "huge needs 500Mi; the board with the most left",
  },
  {
    policy: "stack-fits",
    what: "an app that does not tolerate the taint of the only board with room",
    resources: [
      controlPlane("cp"),
      board("a", (_, props) => (props.taints = [{ key: "dedicated", effect: "NoSchedule" }])),
      app("small", "64Mi"),
    ],
    says: "small needs 64Mi, but its labels or tolerations match no board",
  },
  {
    policy: "stack-fits",
    what: "a control plane without room for its own pods",
    resources: [controlPlane("cp", 1024, 905), board("a")],
    says: "on cp, which has",
  },
  {
    policy: "stack-fits",
    what: "boards that only the settings name",
    resources: [app("large", "300Mi")],
    config: { boards: [{ name: "node", allocatableMi: 200 }], kubeadmPods: false },
    says: "large needs 300Mi",
  },
  {
    policy: "survives-failure",
    what: "an app that any other board takes over",
    resources: [...boards, app("small", "64Mi")],
  },
  {
    policy: "survives-failure",
    what: "an app for which only one board has room",
    resources: [...boards, app("large", "300Mi"), app("fill", "200Mi", on("b"))],
    says: "if a fails, large needs 300Mi",
  },
  {
    policy: "limit-fits-board",
    what: "a limit that a board has",
    resources: [...boards, app("small", "64Mi")],
  },
  {
    policy: "limit-fits-board",
    what: "a limit that none has",
    resources: [
      ...boards,
      deployment("greedy", (container) => (container.resources.limits = { memory: "2Gi" })),
    ],
    says: "apps/greedy has memory limits of 2048Mi, more than the allocatable memory of the largest board (1307Mi)",
  },
  {
    policy: "one-app-per-host",
    what: "a host for each",
    resources: [ingress("left", "left.example.com"), ingress("right", "right.example.com")],
  },
  {
    policy: "one-app-per-host",
    what: "one host for two",
    resources: [ingress("one", "one.example.com"), ingress("two", "one.example.com")],
    says: "one.example.com/ is already used by apps/one",
  },
  {
    policy: "rate-limited-auth",
    what: "a limit, then the password",
    resources: [traefik({ middlewares }), guarded("limit@file, password@file")],
  },
  {
    policy: "rate-limited-auth",
    what: "a chain in that order",
    resources: [traefik({ middlewares }), guarded("good@file")],
  },
  {
    policy: "rate-limited-auth",
    what: "a password without a limit",
    resources: [traefik({ middlewares }), guarded("password@file")],
    says: "apps/app asks for a password (password@file) without a rate limit",
  },
  {
    policy: "rate-limited-auth",
    what: "a limit behind the password",
    resources: [traefik({ middlewares }), guarded("password@file,limit@file")],
    says: "apps/app asks for a password",
  },
  {
    policy: "rate-limited-auth",
    what: "a chain in the wrong order",
    resources: [traefik({ middlewares }), guarded("bad@file")],
    says: "asks for a password (password)",
  },
  {
    policy: "rate-limited-auth",
    what: "a router in Traefik's file without a limit",
    resources: [
      traefik({ middlewares, routers: { dashboard: { rule: "Host(`d`)", middlewares: ["password"] } } }),
      ingress("app", "app.example.com"),
    ],
    says: "Traefik's router dashboard asks for a password",
  },
  {
    policy: "rate-limited-auth",
    what: "nginx's own without a limit",
    resources: [ingress("app", "app.example.com", { "nginx.ingress.kubernetes.io/auth-type": "basic" })],
    says: "asks for a password (auth-type: basic)",
  },
  {
    policy: "rate-limited-auth",
    what: "nginx's own with a limit",
    resources: [
      ingress("app", "app.example.com", {
        "nginx.ingress.kubernetes.io/auth-type": "basic",
        "nginx.ingress.kubernetes.io/limit-rpm": "30",
      }),
    ],
  },
  isolated("a namespace that is closed", [policy(closed)]),
  isolated("a namespace without a policy", [], unclosed),
  isolated("a policy of another namespace", [policy(closed, "other")], unclosed),
  isolated("a policy for one direction", [policy({ podSelector: {}, policyTypes: ["Ingress"] })], unclosed),
  isolated("a policy that allows something", [policy({ ...closed, egress: [{}] })], unclosed),
  isolated(
    "a policy for some pods",
    [policy({ ...closed, podSelector: { matchLabels: { app: "app" } } })],
    unclosed,
  ),
  isolated("a network that is not known to enforce policies", [], undefined, { enforcers: [] }),
  {
    policy: "isolated-apps",
    what: "nothing that enforces policies",
    resources: [ingress("app", "app.example.com")],
    config: {},
  },
  {
    policy: "isolated-apps",
    what: "something outside the stack that does",
    resources: [ingress("app", "app.example.com")],
    says: unclosed,
    config: { enforced: true },
  },
  {
    policy: "isolated-apps",
    what: "an app for the LAN alone",
    resources: [daemonSet("cilium"), guarded("headers@file, lan@file")],
    config: {},
  },
];
