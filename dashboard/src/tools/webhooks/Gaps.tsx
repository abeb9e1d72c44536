/** Silences: from when to when, and how many alerts were missed. */

import { Badge } from "../../components/Badge";
import { Card } from "../../components/Card";
import { Problem } from "../../components/Problem";
import { Empty, Loading } from "../../components/States";
import type { Column } from "../../components/table/column";
import { Table } from "../../components/table/Table";
import { Time } from "../../components/Time";
import type { Silence } from "../../connection/api";
import { age, quantity } from "../../state/format";
import { useNow } from "../../state/now";
import { useGaps } from "./trouble";

function Length({ gap }: { gap: Silence }) {
  const now = useNow();
  return <span className="figure">{age((gap.until === null ? now : Date.parse(gap.until)) - Date.parse(gap.since))}</span>;
}

const columns: readonly Column<Silence>[] = [
  {
    id: "what",
    title: "Source",
    width: "minmax(88px, 1fr)",
    cell: (gap) => (
      <span title={[gap.source, gap.symbol, gap.interval].filter(Boolean).join(" · ")}>
        {gap.symbol === null ? gap.source : <span className="font-semibold">{gap.symbol}</span>}
        {gap.interval !== null && <span className="figure ml-1.5 text-[11px] text-faint">{gap.interval}</span>}
      </span>
    ),
  },
  { id: "since", title: "From", width: "100px", under: "1 / 2", cell: (gap) => <Time at={gap.since} /> },
  { id: "until", title: "Until", width: "100px", under: "2 / 4", cell: (gap) => (gap.until === null ? <Badge tone="bad">silent</Badge> : <Time at={gap.until} />) },
  { id: "length", title: "Length", width: "60px", right: true, cell: (gap) => <Length gap={gap} /> },
  { id: "missed", title: "Missed", width: "56px", right: true, hint: "Alerts that were due meanwhile, by its usual rhythm", cell: (gap) => <span className="figure">{quantity(gap.missed)}</span> },
];

const rowId = (gap: Silence): string => String(gap.seq);

export function Gaps({ source }: { source: string }) {
  const { query, rows } = useGaps(source);
  return (
    <Card title="Silences" span={5} flush note={rows.length > 0 ? `${rows.length}${query.hasNextPage ? "+" : ""}` : undefined}>
      {query.isError && <Problem what="The silences could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <div className="px-4"><Loading what="silences" /></div>}
      {query.isSuccess && rows.length === 0 && (
        <div className="px-4 pb-3">
          <Empty title="No silence was told.">A source that stays quiet for longer than usual, while its market is open, appears here.</Empty>
        </div>
      )}
      {rows.length > 0 && (
        <Table label="Silences" rows={rows} rowId={rowId} columns={columns} maxHeight={420} oneLineFrom={500} onEnd={() => void (query.hasNextPage && !query.isFetchingNextPage && query.fetchNextPage())} marks={(gap) => ({ "data-gap": gap.until === null ? "open" : "over" })} />
      )}
    </Card>
  );
}
