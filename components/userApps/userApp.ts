import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  output,
  secret,
} from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { RepositorySecrets } from "../app/appBackup.ts";
import { registerApp } from "../app/registerApp.ts";
import type { RouteTls } from "../app/routeIngresses.ts";
import { userAppBackup } from "./data.ts";
import { userAppFlows, type UserAppFlowsArgs } from "./flows.ts";
import { userAppGuards } from "./route.ts";
import { podSecurityOf, relaxationsOf, relaxedAnnotation } from "./security.ts";
import { fileKey, userAppObjects, userAppWorkload, type UserAppWorkloadArgs } from "./workload.ts";

/** What one of the user's own apps needs to know. */
export interface UserAppArgs extends UserAppWorkloadArgs, UserAppFlowsArgs {
  /** Full name of its host, such as `wiki.home.example.com`; undefined if it has none. */
  readonly host?: string | undefined;
  /** Where the host's certificate comes from. Default: `acme`. */
  readonly tls?: RouteTls;
  /** What opens the repositories, by app: a BackupStore's. Required with `backup`. */
  readonly backupSecrets?: RepositorySecrets | undefined;
}

/**
 * One of the user's own apps: in a namespace of its own, with its files, volumes, backups, pod, service and host. Its
 * data outlives it.
 */
export class UserApp extends ComponentResource {
  /** Its address for browsers; undefined if it has no host. */
  readonly url: Output<string> | undefined;
  /** The passwords that were generated, by variable. A secret. */
  readonly generated: Output<Record<string, string>>;

  constructor(name: string, args: UserAppArgs, opts?: ComponentResourceOptions) {
    super("bramble:apps:App", name, args, opts);
    const { app, data, backup, backupSecrets, host, tls, entrance } = args;
    const generated = Object.fromEntries(
      app.generatedEnvironment.map((variable) => [
        variable,
        new random.RandomPassword(`${name}-${variable}`, { length: 32, special: false }, { parent: this })
          .result,
      ]),
    );
    const environment = { ...app.secretEnvironment, ...generated };
    const relaxed = relaxationsOf(app);
    const { environment: variables, files, secretFiles } = userAppObjects;
    registerApp(
      name,
      {
        workload: userAppWorkload(args),
        podSecurity: podSecurityOf(app),
        ...(relaxed.length > 0 && { podAnnotations: { [relaxedAnnotation]: relaxed.join(", ") } }),
        configMaps: isEmpty(app.files) ? {} : { files: { name: files, data: byKey(app.files) } },
        secrets: {
          ...(!isEmpty(environment) && { environment: { name: variables, data: environment } }),
          ...(!isEmpty(app.secretFiles) && {
            "secret-files": { name: secretFiles, data: byKey(app.secretFiles) },
          }),
        },
        volumes: data ? { data: { ...data, size: app.storage.size } } : {},
        backup: userAppBackup(args.name, app, data, backup),
        backupSecrets,
        ports: app.port === undefined ? [] : [{ name: "http", port: app.port }],
        flows: userAppFlows(args),
        route: host === undefined ? undefined : { ...userAppGuards(app), host, tls, entrance },
      },
      this,
    );
    this.url = host === undefined ? undefined : output(`https://${host}/`);
    this.generated = secret(output(generated));
    this.registerOutputs({ url: this.url, generated: this.generated });
  }
}

function byKey(files: Readonly<Record<string, Input<string>>>): Record<string, Input<string>> {
  return Object.fromEntries(Object.values(files).map((content, i) => [fileKey(i), content]));
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
