import { fromStart, type GuardedPaths, type RouteGuard } from "../app/routeIngresses.ts";

/**
 * How Gogs' host is guarded. Gogs checks a password that comes with any request at all, so all but git and the
 * API lose theirs: there remain two doors for guessing, and each has its limit. Old git clients that fetch a
 * public repository object by object bring no password there and are not held up.
 */
export const gogsGuards: RouteGuard & { guarded: readonly GuardedPaths[] } = {
  limit: "requests",
  authorization: "drop",
  guarded: [
    {
      name: "login",
      limit: "logins",
      authorization: "drop",
      patterns: [fromStart("/user/(login|forget_password|reset_password|sign_up)(/|$)")],
    },
    {
      name: "git",
      limit: "credentials",
      authorization: "pass",
      // One pattern and not two, or each would have a limit of its own.
      patterns: [fromStart("/(api/|[^/]+/[^/]+/(info/refs$|git-upload-pack$|git-receive-pack$|info/lfs/))")],
    },
    {
      // A pull request of a branch that is called like an option of git's (gogs#8390). Branches can be pushed under such
      // a name, and pull requests are made on this page alone. Traefik decodes all but reserved characters: %3A is a colon.
      name: "refused",
      limit: "requests",
      authorization: "refuse",
      patterns: [fromStart("/[^/]+/[^/]+/compare/((?s:.*)(\\.\\.\\.|:|%3[aA]))?-")],
    },
  ],
};
