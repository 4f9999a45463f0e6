import { z } from "zod";
import { datadogSites } from "../../components/datadog/sites.ts";
import { absolutePath, boardName, label, secretString } from "./fields.ts";

/** Where data lies on a board unless the settings say otherwise. */
export const dataDirectory = "/var/lib/bramble";

/** Settings of where data lies. */
export const storage = z
  .strictObject({
    board: boardName("The board whose disk holds the apps' data."),
    directory: absolutePath()
      .default(dataDirectory)
      .meta({ description: "The directory on that board; it must exist." }),
  })
  .meta({ description: "Where data lives." });

/** Settings of Gogs. */
export const gogs = z
  .strictObject({
    host: label().default("gogs").meta({ description: "The host's name below `domain`." }),
    size: z
      .string("must be a size such as 8Gi")
      .regex(/^[1-9]\d*(Mi|Gi)$/, "must be a size such as 8Gi")
      .default("8Gi")
      .meta({ description: "Size of its volume." }),
  })
  .meta({ description: "Gogs, the Git service. Needs `storage` and `ingress`." });

/** Settings of the Datadog agent. */
export const datadog = z
  .strictObject({
    apiKey: secretString(
      /^[0-9a-f]{32}$/,
      "must be a Datadog API key (32 hexadecimal digits)",
      "Datadog API key.",
      { placeholder: (digits) => digits.slice(0, 32) },
    ),
    site: z
      .enum(datadogSites)
      .default("datadoghq.com")
      .meta({ description: "The Datadog site that the account is on." }),
  })
  .meta({ description: "The Datadog agent on every board." });

/** Settings of the sensor gateway. */
export const sensors = z
  .strictObject({
    host: label().default("sensors").meta({ description: "The host's name below `domain`." }),
  })
  .meta({ description: "The gateway that takes temperature and humidity. Needs `datadog` and `ingress`." });
