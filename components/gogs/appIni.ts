import { stringify } from "ini";

/** What decides Gogs' configuration. */
export interface GogsAppIniArgs {
  /** Full host name under which browsers and git reach it, such as `gogs.home.example.com`. */
  host: string;
  /** The entrance's port for git over SSH, which stands in clone urls. Default: 2222. */
  sshPort?: number;
}

/** The port on which Gogs serves HTTP in its container. */
export const gogsPort = 3000;
/** The port on which Gogs serves SSH in its container: above 1024, so that it needs no privilege for it. */
export const gogsSshPort = 2222;

/** The entrance's port for git over SSH by default: 22 is the board's own. */
export const defaultSshPort = 2222;

/** Where Gogs finds and keeps its files in its container. */
export const gogsPaths = {
  data: "/data",
  configuration: "/etc/gogs",
  scripts: "/etc/gogs-scripts",
  adminPassword: "/run/secrets/gogs-admin/password",
  firstSecretKey: "/run/secrets/gogs-secret-key/secret-key",
  /** Encrypts cookies and the secrets of two-factor authentication; with the data, so that backups have it. */
  secretKey: "/data/gogs/conf/secret-key",
} as const;

/** Path of its SQLite database in the volume. */
export const gogsDatabase = "gogs/data/gogs.db";

/**
 * Gogs' configuration file, app.ini. What is not here keeps the default of Gogs 0.14
 * (https://github.com/gogs/gogs/blob/v0.14.3/conf/app.ini).
 *
 * Gogs expands `$NAME`, `${NAME}` and `%(NAME)s` in every value, and its reader does not undo the quotes and
 * backslashes that the writer puts around `; # = " [`. No value here has any of them, but for the one that is
 * meant: the secret key, which gogs.sh takes from the volume into the environment.
 */
export function gogsAppIni({ host, sshPort = defaultSshPort }: GogsAppIniArgs): string {
  const sections = {
    RUN_USER: "git",
    RUN_MODE: "prod",
    server: {
      EXTERNAL_URL: `https://${host}/`,
      DOMAIN: host,
      HTTP_PORT: gogsPort,
      LOCAL_ROOT_URL: `http://127.0.0.1:${gogsPort}/`,
      // Gogs' own server: no sshd, no authorized_keys. Its host keys lie with the data.
      START_SSH_SERVER: true,
      SSH_DOMAIN: host,
      SSH_PORT: sshPort,
      SSH_LISTEN_PORT: gogsSshPort,
      SSH_SERVER_ALGORITHMS: "ed25519, ecdsa",
      // Gogs' defaults have arcfour and hmac-sha1 besides.
      SSH_SERVER_CIPHERS: "aes128-gcm@openssh.com, aes128-ctr, aes192-ctr, aes256-ctr",
      SSH_SERVER_MACS: "hmac-sha2-256-etm@openssh.com, hmac-sha2-256",
      // Nothing is loaded from other sites: no CDN, no Gravatar.
      OFFLINE_MODE: true,
    },
    database: { TYPE: "sqlite3", PATH: `${gogsPaths.data}/${gogsDatabase}` },
    repository: {
      ROOT: `${gogsPaths.data}/git/gogs-repositories`,
      // By default one git process for each core when a folder is shown.
      COMMITS_FETCH_CONCURRENCY: 2,
    },
    security: { INSTALL_LOCK: true, SECRET_KEY: "${GOGS_SECRET_KEY}", COOKIE_SECURE: true },
    session: { COOKIE_SECURE: true },
    auth: { DISABLE_REGISTRATION: true },
    log: { MODE: "console", LEVEL: "Info" },
    // They would be open to everyone at /-/metrics.
    prometheus: { ENABLED: false },
    mirror: { DEFAULT_INTERVAL: 24 },
    cron: {
      // `git fsck` of every repository reads the whole disk: once a week, not once a day.
      repo_health_check: { SCHEDULE: "@every 168h", TIMEOUT: "600s" },
    },
    git: {
      // Seconds; two to six times the defaults, for a small board with a slow disk.
      timeout: { MIGRATE: 3600, MIRROR: 1800, CLONE: 900, PULL: 900, DIFF: 120, GC: 600 },
    },
  };
  return stringify(sections, { whitespace: true, platform: "linux" });
}

/**
 * The git configuration of Gogs' container, which bounds the memory of each git process. On cgroup v2 the
 * kubelet kills the whole container when one process in it goes over the limit, so git must not grow with the
 * repository.
 */
export function gogsGitConfig(): string {
  const sections = {
    core: {
      deltaBaseCacheLimit: "16m",
      packedGitWindowSize: "16m",
      packedGitLimit: "64m",
      bigFileThreshold: "8m",
    },
    pack: { threads: 1, windowMemory: "16m", deltaCacheSize: "16m" },
  };
  return stringify(sections, { whitespace: true, platform: "linux" });
}
