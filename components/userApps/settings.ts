import { InputPropertiesError } from "@pulumi/pulumi";
import { z } from "zod";
import { fiveFields, scheduleError } from "../app/schedule.ts";
import { flag, label, list, secretString } from "../fields/fields.ts";
import { refusing } from "../fields/refuse.ts";
import {
  containerPath,
  dataPath,
  devicePath,
  image,
  memory,
  port,
  size,
  urlPath,
  userNumber,
  variable,
} from "./fields.ts";
import { appName } from "./reserved.ts";

const record = <Value extends z.ZodType>(key: z.ZodString, value: Value, what: string) =>
  z.record(key, value, `must be a map of ${what}`);

const storage = z
  .strictObject({
    size: size
      .default("8Gi")
      .describe("Size of its volume. A directory has no quota: it is what others read."),
    volume: z
      .enum(["board", "nfs"])
      .default("board")
      .describe("Where its data is stored, according to `storage`. Never `nfs` for a database."),
    board: label.describe("The board whose disk stores its data. Default: that of `storage`.").optional(),
  })
  .prefault({})
  .describe("Where its volumes are stored: one directory, with a folder for each of them.");

const backup = z
  .strictObject({
    enabled: flag(true, "Whether its volumes are backed up. `false` for data that can be obtained again."),
    quiesce: z
      .enum(["stop", "sqlite", "none"])
      .optional()
      .describe(
        "How the backup gets data of one moment. `stop`: the app is stopped meanwhile. `sqlite`: it runs on, and `database` is copied by SQLite itself. `none`: it runs on; for apps that write each file once. Default: `stop`, and `none` with `schedule`.",
      ),
    database: dataPath
      .optional()
      .describe("Its SQLite database, with `quiesce: sqlite`: the volume's name and the path in it."),
    exclude: list(dataPath, "paths", "What is not backed up, such as `data/cache`."),
    restore: z
      .string("must be newest, none or the id of a snapshot")
      .regex(/^(newest|none|[0-9a-f]{8,64})$/, "must be newest, none or the id of a snapshot")
      .default("newest")
      .describe("The backup to restore into empty volumes; existing data is never changed."),
  })
  .prefault({})
  .describe("How its volumes are backed up, according to `backup`.");

const probe = z
  .strictObject({
    path: urlPath.optional().describe("A page that answers while the app works. Default: its port accepts."),
    command: z
      .array(z.string("must be a text"), "must be a list of words")
      .min(1, "must have at least one word")
      .optional()
      .describe("A command in the container that succeeds while the app works, instead of `path`."),
    startSeconds: z
      .int("must be a number of seconds")
      .min(300, "must be 300 or more: a slow board takes minutes to pull and unpack an image")
      .max(86_400, "must be 86400 at most")
      .default(600)
      .describe("Seconds that the app may take to start."),
  })
  .prefault({})
  .describe("How the kubelet sees that the app works.");

const security = z
  .strictObject({
    writableRoot: flag(false, "Whether it may write outside its volumes and `scratch`, in its image."),
    capabilities: list(
      z
        .string("must be a capability")
        .regex(/^(?!CAP_)[A-Z_]+$/, "must be a Linux capability without CAP_, such as NET_BIND_SERVICE"),
      "capabilities",
      "Linux capabilities that it keeps. Default: none.",
    ),
    privileged: flag(false, "Whether it owns its board. `devices` need it."),
    hostNetwork: flag(false, "Whether it uses its board's network, as discovery by multicast needs."),
  })
  .prefault({})
  .describe("What is loosened. Each is named by the policy `relaxed-security`.");

const boardPort = z
  .strictObject({
    port: port.describe("Port of the board."),
    protocol: z.enum(["TCP", "UDP"]).describe("TCP or UDP."),
    containerPort: port.optional().describe("Port in the container. Default: the same."),
  })
  .describe("A port of its board that leads to it, in the LAN, without the entrance.");

/** Settings of one app. */
const userApp = z
  .strictObject({
    image: image.describe("Its image, with an exact tag or a digest."),
    memory: memory.describe("How much memory it takes."),
    cpu: z
      .string("must be CPU such as 50m or 0.5")
      .regex(/^(\d+m|\d+(\.\d+)?)$/, "must be CPU such as 50m or 0.5")
      .default("50m")
      .describe("CPU that is set aside for it; it may use more."),
    disk: size.default("1Gi").describe("What it may write outside its volumes, with its log."),
    port: port
      .optional()
      .describe("The TCP port on which it speaks HTTP, or whatever others in the cluster use."),
    access: z
      .enum(["public", "login", "lan", "none"])
      .optional()
      .describe(
        "Who reaches its host. `public`: everybody. `login`: who passes the entrance's login. `lan`: addresses of `ingress.lan`. `none`: nobody, it has no host. Default: `lan` with a `port`.",
      ),
    host: label.optional().describe("Its host's name below `domain`. Default: its name."),
    reaches: z
      .array(z.string("must be internet, lan or the name of an app"), "must be a list of names")
      .default(["internet"])
      .describe(
        "With `cluster.isolation` and `access: public` or `login`: what it may connect to, `internet`, `lan` and other apps of `bramble:apps` by name. [] for nothing but its backups.",
      ),
    limits: z
      .enum(["requests", "passwords", "credentials", "logins"])
      .optional()
      .describe(
        "The rate limit of its host, of those of `ingress.limits`. Default: `passwords` with `access: login`, else `requests`.",
      ),
    loginPaths: z
      .array(urlPath, "must be a list of paths")
      .optional()
      .describe(
        "Paths where people log in, each with what is below: the limit `logins` holds there. Required with `access: public`; [] if there are none.",
      ),
    environment: record(
      variable,
      z.union([z.string(), z.number(), z.boolean()], "must be a text or a number").transform(String),
      "variables",
    )
      .default({})
      .describe("Environment variables."),
    secretEnvironment: record(
      variable,
      secretString(/^[^]+$/, "must not be empty", "Value of a secret environment variable.", 24),
      "secrets",
    )
      .default({})
      .describe("Environment variables that are secret."),
    generatedEnvironment: list(
      variable,
      "names of variables",
      "Environment variables with a password of 32 letters and digits, generated once.",
    ),
    command: list(
      z.string("must be a text"),
      "words",
      "What it runs, with its arguments. Default: what the image says.",
    ),
    user: userNumber("user")
      .default(1000)
      .describe("User as whom it runs, and who owns its data. 0 is root."),
    group: userNumber("group").optional().describe("Its group. Default: the number of `user`."),
    volumes: record(label, containerPath, "paths by volume")
      .default({})
      .describe("Its data: a folder for each, by name, with the path at which the container has it."),
    storage,
    backup,
    files: record(containerPath, z.string("must be a text"), "texts by path")
      .default({})
      .describe("Files in the container, by path, with their content. Nothing secret."),
    secretFiles: record(
      containerPath,
      secretString(/^[^]+$/, "must not be empty", "Content of a secret file.", 24),
      "secrets by path",
    )
      .default({})
      .describe("Files in the container that are secret."),
    scratch: list(containerPath, "paths", "Paths that it may write to besides /tmp, empty at each start."),
    probe,
    schedule: z
      .string("must be five fields of cron")
      .regex(new RegExp(`^${fiveFields}$`), {
        error: "must be five fields of cron, such as 17 3 * * *",
        abort: true,
      })
      .superRefine(refusing(scheduleError))
      .optional()
      .describe("When it runs, in cron notation and UTC, if it runs from time to time and ends."),
    board: label.describe("The board it runs on. Default: that of its data, else any.").optional(),
    boardPorts: z.array(boardPort, "must be a list of ports").default([]).describe("Ports of its board."),
    devices: list(
      z.string("must be a device").regex(devicePath, "must be a path below /dev, such as /dev/ttyUSB0"),
      "devices",
      "Devices of its board, such as /dev/serial/by-id/usb-…: it must be privileged.",
    ),
    architecture: z
      .enum(["arm64", "amd64"])
      .optional()
      .describe("The architecture of boards it can run on. Default: any."),
    priority: z
      .enum(["app", "observing"])
      .default("app")
      .describe("What gives way on a full board: `observing` before `app`."),
    security,
  })
  .describe("An app.");

/** Settings of the user's own apps, by name. */
export const schema = record(appName, userApp, "apps by name").describe(
  "Your own apps, by name (docs/apps.md).",
);

/** What an app is described by: an image, its memory, and whatever differs from the defaults. */
export type UserAppDescription = z.input<typeof userApp>;

/**
 * Completes an app with the defaults.
 *
 * @throws InputPropertiesError that names each property that is wrong
 */
export function describeApp(description: UserAppDescription): UserAppSettings {
  const { data, error } = userApp.safeParse(description);
  if (data) return data;
  const errors = error.issues.map(({ path, message }) => ({
    propertyPath: path.map(String).join("."),
    reason: message,
  }));
  throw new InputPropertiesError({ message: "the app's description is wrong", errors });
}

/** One of the user's own apps. */
export type UserAppSettings = z.output<typeof userApp>;
/** All of them, by name. */
export type UserAppsSettings = z.output<typeof schema>;
