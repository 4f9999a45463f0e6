import { beforeAll, describe, expect, it } from "vitest";
import type { HeadlampArgs } from "../../../components/headlamp/headlamp.ts";
import { headlampRules } from "../../../components/headlamp/headlampAccess.ts";
import { headlampWorkload } from "../../../components/headlamp/headlampWorkload.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const args: HeadlampArgs = {
  host: "headlamp.home.example.com",
  tls: "acme",
  mayChange: false,
  cluster: "home",
};

/** What rules allow, as `verb group/resource`. */
const allowed = (mayChange: boolean) =>
  headlampRules({ mayChange }).flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );

describe("who signs in", () => {
  it("may only read, and no Secret", () => {
    expect(allowed(false)).toEqual(expect.arrayContaining(["list /pods", "get /pods/log", "watch /nodes"]));
    expect(allowed(false).filter((each) => !/^(get|list|watch) /.test(each))).toEqual([]);
    expect(allowed(true).filter((each) => /secrets|\*/.test(each))).toEqual([]);
  });

  // Each is more than reading, whatever the verb: a shell, a kubelet, whatever a pod serves, a token.
  it.each(["exec", "attach", "portforward", "proxy", "ephemeralcontainers", "token"])(
    "may not use %s of anything",
    (subresource) => {
      expect(allowed(true).filter((each) => each.endsWith(`/${subresource}`))).toEqual([]);
    },
  );

  it("may delete pods and scale where it is said, but write nothing that starts a pod", () => {
    const more = allowed(true).filter((each) => !allowed(false).includes(each));
    expect(more).toEqual([
      "delete /pods",
      "get apps/deployments/scale",
      "patch apps/deployments/scale",
      "get apps/statefulsets/scale",
      "patch apps/statefulsets/scale",
    ]);
  });
});

describe("headlampWorkload", () => {
  const { pod } = headlampWorkload(args);
  const [container] = pod.containers;

  it("uses nobody's token for others, and asks for its cluster's name nowhere", () => {
    expect(container?.args).toEqual(["-in-cluster", "-in-cluster-context-name=home", "-session-ttl=2592000"]);
    expect(container?.env).toContainEqual({ name: "HEADLAMP_STATIC_PLUGINS_DIR", value: "" });
    expect(pod.serviceAccountName).toBe("headlamp");
  });

  it("writes to /tmp alone, as the image's own user", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 100, runAsGroup: 101 });
    expect(container?.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(container?.volumeMounts).toEqual([{ name: "tmp", mountPath: "/tmp" }]);
    expect(pod.volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: "256Mi" } }]);
  });
});

describe("Headlamp", () => {
  let registered: Registered[];
  let outputs: unknown;
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { all } = await import("@pulumi/pulumi");
      const { Headlamp } = await import("../../../components/headlamp/headlamp.ts");
      const { url, signIn } = new Headlamp("headlamp", args);
      outputs = await new Promise((resolve) => all({ url, signIn }).apply(resolve));
    });
  });

  it("says where it is, and how to sign in with the account that may read", () => {
    expect(outputs).toEqual({
      url: "https://headlamp.home.example.com/",
      signIn: "kubectl -n headlamp create token headlamp-user --duration 24h",
    });
  });

  it("binds rights to that account alone, and not to its pod's", () => {
    const bindings = registered.filter(({ type }) => /:(Cluster)?RoleBinding$/.test(type));
    expect(bindings.map(({ inputs: { roleRef, subjects } }) => ({ roleRef, subjects }))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          roleRef: expect.objectContaining({ kind: "ClusterRole", name: "headlamp-user" }) as object,
          subjects: [{ kind: "ServiceAccount", name: "headlamp-user", namespace: "headlamp" }],
        }),
      ]),
    );
    expect(JSON.stringify(bindings)).not.toMatch(/"name":"headlamp"|cluster-admin/);
    expect(registered.filter(({ type }) => type.endsWith(":Secret"))).toEqual([]);
  });

  it("is behind the LAN, a limit and the login, in this order", () => {
    const { metadata, spec } = inputsOf(registered, "Ingress", "headlamp-route-ingress");
    expect(metadata).toMatchObject({
      annotations: {
        "traefik.ingress.kubernetes.io/router.middlewares":
          "headers@file,lan@file,inFlight@file,requests@file,login@file",
      },
    });
    expect(JSON.stringify(spec)).toContain('"service":{"name":"headlamp","port":{"number":80}}');
    expect(registered.filter(({ type }) => type.endsWith(":Ingress"))).toHaveLength(1);
  });

  it("is in a restricted namespace", () => {
    expect(inputsOf(registered, "Namespace", "headlamp-namespace").metadata).toMatchObject({
      labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    });
  });
});
