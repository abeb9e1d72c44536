/** What a log holds that never arrived: the figures, and the missed alerts themselves. */

import type { ReactNode } from "react";

import { Card } from "../../components/Card";
import { Stat, Stats } from "../../components/Stat";
import { Empty } from "../../components/States";
import type { Column } from "../../components/table/column";
import { Table } from "../../components/table/Table";
import { Time } from "../../components/Time";
import type { BackfillReport, MissedAlert } from "../../connection/api";
import { quantity } from "../../state/format";
import { reason } from "./words";

const columns: readonly Column<MissedAlert>[] = [
  { id: "line", title: "Line", width: "56px", right: true, cell: (one) => <span className="figure text-faint">{one.line}</span> },
  { id: "at", title: "Sent", width: "116px", narrow: "108px", sortBy: (one) => one.at, cell: (one) => <Time at={one.at} /> },
  { id: "symbol", title: "Symbol", width: "172px", narrow: "148px", tight: "minmax(80px, 1fr)", sortBy: (one) => one.symbol, cell: (one) => <span className="font-semibold">{one.symbol}</span> },
  { id: "text", title: "Text", width: "minmax(160px, 1fr)", under: "1 / -1", cell: (one) => <span className="figure text-muted" title={one.text}>{one.text}</span> },
];

const rowId = (one: MissedAlert): string => String(one.line);

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, count) => all + count, 0);
const told = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([code, count]) => `${count} ${reason(code)}`).join(", ");

export function ReportView({ report, name, actions }: { report: BackfillReport; name: string; actions: ReactNode }) {
  const unusable = sum(report.unusable);
  return (
    <Card title={name} flush actions={actions} note={report.from !== null && report.to !== null && <span className="max-[719px]:hidden"><Time at={report.from} /> – <Time at={report.to} /></span>}>
      <div className="px-4 pb-4" data-report={report.stored === null ? "compared" : "stored"}>
        <Stats>
          <Stat label="In the log" value={quantity(report.rows)} note="alerts" />
          <Stat label="Received" value={quantity(report.found)} note={report.rows === 0 ? "" : `${((report.found / report.rows) * 100).toFixed(1)} %`} />
          <Stat label="Missed" value={quantity(report.missing)} tone={report.missing > 0 ? "warn" : "plain"} note={report.missing === 0 ? "nothing" : "never arrived"} />
          {unusable > 0 && <Stat label="Unusable" value={quantity(unusable)} note={told(report.unusable)} hint={told(report.unusable)} />}
          {report.stored !== null && <Stat label="Stored" value={quantity(report.stored)} note="marked as backfilled, never traded" />}
          {sum(report.refused) > 0 && <Stat label="Refused" value={quantity(sum(report.refused))} tone="warn" note={told(report.refused)} />}
        </Stats>
      </div>
      {report.missing === 0 ? (
        <div className="px-4 pb-3">
          <Empty title="Nothing was missed.">Each alert of this log arrived.</Empty>
        </div>
      ) : (
        <>
          <Table label="Missed alerts" rows={report.items} rowId={rowId} columns={columns} maxHeight={420} oneLineFrom={560} />
          {report.items.length < report.missing && <p className="px-4 py-2 text-faint">The first {report.items.length} of {quantity(report.missing)}.</p>}
        </>
      )}
    </Card>
  );
}
