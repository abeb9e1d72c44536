/** Who follows the desk now: how, how far behind, and how fast facts reach them. */

import { Age } from "../../components/Age";
import { Card } from "../../components/Card";
import { Problem } from "../../components/Problem";
import { Empty, Loading } from "../../components/States";
import { Cards } from "../../components/table/Cards";
import type { Column } from "../../components/table/column";
import { Table } from "../../components/table/Table";
import type { Connection } from "../../connection/api";
import { useDesk } from "../../state/desk";
import { milliseconds, quantity, UNKNOWN } from "../../state/format";
import { usePhone } from "../../state/media";
import { anothers, useConnections } from "./data";

const HEIGHT = 320;
/** With less its way stands under the client's name, pixels. */
const ONE_LINE_FROM = 720;
const rowId = (row: Connection): string => row.id;
const latency = (row: Connection) => <span className="figure">{row.latency_ms === null ? UNKNOWN : milliseconds(row.latency_ms)}</span>;

/** `socketio websocket`, or whatever the client came by. */
function by(row: Connection): string {
  return [row.kind, row.transport].filter(Boolean).join(" ");
}

function Behind({ row }: { row: Connection }) {
  const head = useDesk((desk) => desk.health?.told.head ?? null);
  const behind = head === null || row.position === null ? null : Math.max(0, head - row.position);
  return <span className="figure">{behind === null ? UNKNOWN : quantity(behind)}</span>;
}

const columns: readonly Column<Connection>[] = [
  { id: "name", title: "Who", width: "minmax(120px, 1fr)", sortBy: (row) => row.name, cell: (row) => <span title={row.principal}>{row.name}</span> },
  { id: "kind", title: "By", width: "136px", narrow: "124px", under: "1 / 2", sortBy: (row) => row.kind, cell: (row) => <span className="text-muted">{by(row)}</span> },
  { id: "since", title: "For", width: "72px", right: true, sortBy: (row) => -Date.parse(row.since), cell: (row) => <Age at={row.since} /> },
  { id: "position", title: "Position", width: "88px", right: true, hint: "The last fact it has", sortBy: (row) => row.position, cell: (row) => <span className="figure">{row.position === null ? UNKNOWN : quantity(row.position)}</span> },
  { id: "behind", title: "Behind", width: "80px", narrow: "64px", right: true, hint: "Facts it has not got yet", cell: (row) => <Behind row={row} /> },
  { id: "queued", title: "Queued", width: "88px", narrow: "72px", right: true, hint: "Bytes that wait for it; at 1 MiB it is dropped and comes back by its position", sortBy: (row) => row.queued_bytes, cell: (row) => <span className="figure">{quantity(row.queued_bytes)}</span> },
  { id: "latency", title: "Latency", width: "88px", narrow: "72px", right: true, hint: "From a fact’s sending to the client’s word that it came", sortBy: (row) => row.latency_ms, cell: latency },
];

const card = (row: Connection) => (
  <>
    <span className="flex items-baseline gap-2">
      <span className="font-semibold">{row.name}</span>
      <span className="text-muted">{by(row)}</span>
      <span className="ml-auto text-faint">
        <Age at={row.since} />
      </span>
    </span>
    <span className="flex gap-4 text-muted">
      <span>
        behind <Behind row={row} />
      </span>
      <span>latency {latency(row)}</span>
    </span>
  </>
);

export function Clients({ stale }: { stale: boolean }) {
  const phone = usePhone();
  const query = useConnections();
  const told = useDesk((desk) => desk.health?.told);
  const other = query.data && anothers(query.data, told) ? query.data.process : null;
  const rows = query.data?.items ?? [];
  const count = rows.length > 0 ? String(rows.length) : undefined;
  const note = other === null ? count : `of the web ${other}, which the proxy asked: each web knows its own`;
  const list = { label: "Live clients", rows, rowId, stale, maxHeight: HEIGHT };
  return (
    <Card title="Live clients" note={note} flush={rows.length > 0}>
      {query.isPending && <Loading what="clients" />}
      {query.isError && <Problem what="The clients could not be listed." error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && query.data === null && <Empty title="Your access may not see who is connected." />}
      {query.data && rows.length === 0 && <Empty title={`Nobody follows ${other === null ? "the desk" : "that web"} by a lasting connection.`}>A browser that polls is listed while its request waits.</Empty>}
      {rows.length > 0 && (phone ? <Cards {...list} card={card} height={58} /> : <Table {...list} columns={columns} oneLineFrom={ONE_LINE_FROM} />)}
    </Card>
  );
}
