/** A widget of a Datadog dashboard, as its API has it (https://docs.datadoghq.com/api/latest/dashboards/). */
export interface Widget {
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A line across a graph. */
export interface Marker {
  /** `y = 70`, `y < 25`. */
  readonly value: string;
  readonly label: string;
  readonly kind: "error" | "warning" | "ok";
}

/** A graph of what a query gives over time, one line for each group. */
export function graph(
  title: string,
  query: string,
  { markers = [], unit }: { markers?: readonly Marker[]; unit?: string } = {},
): Widget {
  return {
    definition: {
      type: "timeseries",
      title,
      show_legend: true,
      legend_layout: "auto",
      requests: [
        {
          response_format: "timeseries",
          display_type: "line",
          queries: [{ name: "query0", data_source: "metrics", query }],
          formulas: [{ formula: "query0", ...inUnit(unit) }],
        },
      ],
      ...(markers.length > 0 && {
        markers: markers.map(({ value, label, kind }) => ({ value, label, display_type: `${kind} dashed` })),
      }),
    },
  };
}

/** The latest value of each group, the highest first. */
export function ranking(title: string, query: string, unit?: string): Widget {
  return {
    definition: {
      type: "toplist",
      title,
      requests: [
        {
          response_format: "scalar",
          queries: [{ name: "query0", data_source: "metrics", query, aggregator: "last" }],
          formulas: [{ formula: "query0", limit: { count: 50, order: "desc" }, ...inUnit(unit) }],
        },
      ],
    },
  };
}

/** How often something happened, as bars. */
export function bars(title: string, query: string): Widget {
  return {
    definition: {
      type: "timeseries",
      title,
      show_legend: true,
      requests: [
        {
          response_format: "timeseries",
          display_type: "bars",
          queries: [{ name: "query0", data_source: "metrics", query }],
          formulas: [{ formula: "query0" }],
        },
      ],
    },
  };
}

/** Widgets under a heading. */
export function group(title: string, widgets: readonly Widget[]): Widget {
  return { definition: { type: "group", layout_type: "ordered", title, widgets } };
}

function inUnit(unit: string | undefined) {
  return unit === undefined ? {} : { number_format: { unit: { type: "canonical_unit", unit_name: unit } } };
}
