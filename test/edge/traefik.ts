import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { directoryCaFile } from "../../components/ingress/acmeConfig.ts";
import { traefikStaticConfig } from "../../components/ingress/traefikConfig.ts";
import { traefikDynamicConfig } from "../../components/ingress/traefikDynamic.ts";
import type { TraefikArgs } from "../../components/ingress/traefik.ts";
import { containerPlace, type TraefikPlace } from "../../components/ingress/traefikPlace.ts";
import { Program } from "../../lab/outside/program.ts";

/** Traefik as the component sets it up, but for the place: folders of the test, ports of loopback. */
export class Traefik {
  readonly #program: Program;
  readonly #place: TraefikPlace;

  private constructor(program: Program, place: TraefikPlace) {
    this.#program = program;
    this.#place = place;
  }

  /**
   * @param place its folders; what it keeps there is found again by the next
   * @param users the login's file
   */
  static async start(
    binary: string,
    args: TraefikArgs,
    place: TraefikPlace,
    env: NodeJS.ProcessEnv,
    users = "",
  ): Promise<Traefik> {
    const { configuration, acmeStorage, users: usersFolder } = place.paths;
    for (const each of [configuration, acmeStorage, usersFolder]) mkdirSync(each, { recursive: true });
    writeFileSync(path.join(usersFolder, "users"), users);
    writeFileSync(path.join(configuration, "traefik.yaml"), stringify(traefikStaticConfig(args, place)));
    writeFileSync(path.join(configuration, "dynamic.yaml"), stringify(traefikDynamicConfig(args, place)));
    if (args.acme?.directoryCa)
      writeFileSync(path.join(configuration, directoryCaFile), args.acme.directoryCa);
    const program = new Program(binary, [`--configFile=${configuration}/traefik.yaml`], env);
    const isReady = () =>
      fetch(`http://127.0.0.1:${place.ports.ping}/ping`).then(
        ({ ok }) => ok,
        () => false,
      );
    try {
      await program.until("ready", isReady);
      return new Traefik(program, place);
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  /** What it said of itself that is more than information, but for a hint that it gives at every start. */
  get complaints(): string[] {
    const hint = "Traefik can reject some encoded characters in the request path";
    const isComplaint = (line: string) => complaint.test(line) && !line.includes(hint);
    return this.#program.output.split("\n").filter(isComplaint);
  }

  get output(): string {
    return this.#program.output;
  }

  /** Requests that it has logged. */
  get accesses(): Access[] {
    const lines = this.#program.output.split("\n").filter((line) => line.startsWith("{"));
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as Access];
      } catch {
        // The last line may still be on its way.
        return [];
      }
    });
  }

  /** MiB of memory: all that it has now, and the most that it had. */
  get memory(): { anonymous: number; resident: number; most: number } {
    const status = readFileSync(`/proc/${this.#program.pid}/status`, "utf8");
    const of = (key: string) => Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { anonymous: of("RssAnon"), resident: of("VmRSS"), most: of("VmHWM") };
  }

  /** Milliseconds of processor that it has taken. */
  get processor(): number {
    const stat = readFileSync(`/proc/${this.#program.pid}/stat`, "latin1");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number);
    // In hundredths of a second, on every Linux that Node runs on.
    return 10 * (user! + system!);
  }

  get port(): number {
    return this.#place.ports.websecure;
  }

  until(what: string, holds: () => unknown): Promise<void> {
    return this.#program.until(what, holds);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

const complaint = /\b(WRN|ERR|FTL|PNC)\b|panic|level=(warn|err|fatal)/;

/** A line of the access log, as far as tests read it. */
export interface Access {
  ClientHost: string;
  DownstreamStatus: number;
  RequestPath: string;
  RouterName?: string;
  StartUTC: string;
}

/** Folders below one, and these ports. */
export function testPlace(
  folder: string,
  ports: { web: number; websecure: number; ping: number; ssh: number },
  resolver: string,
): TraefikPlace {
  return {
    ...containerPlace,
    listen: "127.0.0.1",
    ports,
    publicPort: ports.websecure,
    paths: {
      configuration: path.join(folder, "configuration"),
      acmeStorage: path.join(folder, "acme"),
      dnsApiToken: path.join(folder, "token"),
      users: path.join(folder, "users"),
    },
    resolvers: [resolver],
  };
}
