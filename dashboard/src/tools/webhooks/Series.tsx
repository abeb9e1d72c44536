/** The rhythm of each symbol and interval of a source. */

import { Age } from "../../components/Age";
import { Badge } from "../../components/Badge";
import type { Column } from "../../components/table/column";
import { Table } from "../../components/table/Table";
import type { SeriesHealth } from "../../events";
import { quantity } from "../../state/format";
import { span, STATUS_MEANING, STATUS_TONE } from "./words";

const columns: readonly Column<SeriesHealth>[] = [
  { id: "symbol", title: "Symbol", width: "minmax(96px, 1fr)", sortBy: (one) => one.symbol, cell: (one) => <span className="font-semibold">{one.symbol ?? <span className="font-normal text-faint">no symbol</span>}</span> },
  { id: "interval", title: "Interval", width: "64px", under: "1 / 2", cell: (one) => <span className="figure text-muted">{one.interval}</span> },
  {
    id: "status",
    title: "Status",
    width: "80px",
    sortBy: (one) => one.status,
    cell: (one) => (
      <Badge tone={STATUS_TONE[one.status] ?? "unknown"} hint={STATUS_MEANING[one.status] ?? ""}>
        {one.status}
      </Badge>
    ),
  },
  { id: "last", title: "Last", width: "72px", right: true, sortBy: (one) => one.last_at, cell: (one) => <Age at={one.last_at} /> },
  { id: "every", title: "Every", width: "72px", under: "2 / 3", right: true, sortBy: (one) => one.median_s, cell: (one) => <span className="figure">{span(one.median_s)}</span> },
  { id: "count", title: "Alerts", width: "64px", under: "3 / 4", right: true, sortBy: (one) => one.count, cell: (one) => <span className="figure">{quantity(one.count)}</span> },
];

const rowId = (one: SeriesHealth): string => `${one.symbol ?? ""} ${one.interval ?? ""}`;

export function Series({ source, series }: { source: string; series: readonly SeriesHealth[] }) {
  return (
    <div className="-mx-4 max-w-[672px]">
      <Table label={`Symbols of ${source}`} rows={series} rowId={rowId} columns={columns} maxHeight={280} oneLineFrom={540} />
    </div>
  );
}
