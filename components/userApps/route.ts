import type { RouteGuard, RouteIngressArgs } from "../app/routeIngresses.ts";
import type { UserAppSettings } from "./settings.ts";

type Routed = Pick<UserAppSettings, "access" | "port" | "limits" | "loginPaths" | "host">;

/** Who reaches an app's host; `none` if it has none. */
export function accessOf({ access, port }: Pick<Routed, "access" | "port">) {
  return access ?? (port === undefined ? "none" : "lan");
}

/** Its host's name below the domain; undefined if it has none. */
export function hostOf(name: string, app: Routed): string | undefined {
  return accessOf(app) === "none" ? undefined : (app.host ?? name);
}

/** How its host is guarded. */
export function userAppGuards(app: Routed): RouteGuard & Pick<RouteIngressArgs, "guarded"> {
  const access = accessOf(app);
  const { limits = access === "login" ? "passwords" : "requests", loginPaths = [] } = app;
  const guard: RouteGuard = {
    limit: limits,
    authorization: access === "login" ? "login" : "pass",
    ...(access === "lan" && { isLanOnly: true }),
  };
  if (loginPaths.length === 0) return guard;
  return { ...guard, guarded: [{ ...guard, name: "login", limit: "logins", prefixes: loginPaths }] };
}
