/** The newest scored signals, each opening to what moved its probability. */

import { Plug } from "lucide-react";
import { useCallback, useMemo, useState } from "react";

import { Card } from "../../components/Card";
import { Empty, Loading } from "../../components/States";
import { CardHead } from "../../components/signal/CardHead";
import { Price, ProbabilityCell, Result, Side, SymbolCell, Verdict } from "../../components/signal/cells";
import { Contributions } from "../../components/signal/Contributions";
import { BASELINE, featureWords } from "../../components/signal/features";
import { why } from "../../components/signal/words";
import { Cards } from "../../components/table/Cards";
import type { Column } from "../../components/table/column";
import type { ListProps } from "../../components/table/list";
import { Table } from "../../components/table/Table";
import { Time } from "../../components/Time";
import { useDesk, type SignalItem } from "../../state/desk";
import { go } from "../../state/location";
import { usePhone } from "../../state/media";

const SHOWN = 100;
const FEW = 4;
/** So many of what moved a score stand beside it, as far as there is room. */
const NAMED = 3;
/** On a phone, pixels. */
const HEIGHT = 404;

/** With less there is no room for what moved a score beside it, pixels. */
const ONE_LINE_FROM = 820;

const columns: readonly Column<SignalItem>[] = [
  { id: "time", title: "Time", width: "100px", narrow: "84px", sortBy: (row) => row.received_at, cell: (row) => <Time at={row.received_at} /> },
  { id: "symbol", title: "Symbol", width: "120px", narrow: "104px", tight: "minmax(76px, 1fr)", sortBy: (row) => row.symbol, cell: (row) => <SymbolCell row={row} /> },
  { id: "side", title: "Side", width: "36px", cell: (row) => <Side side={row.side} /> },
  { id: "price", title: "Price", width: "80px", narrow: "76px", right: true, cell: (row) => <Price value={row.price} /> },
  { id: "probability", title: "Probability", width: "104px", narrow: "98px", tight: "minmax(88px, 140px)", sortBy: (row) => row.probability, cell: (row) => <ProbabilityCell row={row} /> },
  { id: "verdict", title: "Verdict", width: "58px", tight: "84px", sortBy: (row) => row.verdict, cell: (row) => <Verdict verdict={row.verdict} /> },
  { id: "result", title: "Result", width: "84px", under: "-2 / -1", right: true, sortBy: (row) => row.outcome_r, cell: (row) => <Result row={row} /> },
  { id: "strongest", title: "Moved by", width: "minmax(96px, 1fr)", under: "3 / -2", cell: (row) => <Movers row={row} /> },
];

function strongest(row: SignalItem): string[] {
  const moved = (row.contributions ?? []).filter((one) => one.feature !== BASELINE).sort((a, b) => Math.abs(b.log_odds) - Math.abs(a.log_odds));
  return moved.slice(0, NAMED).map((one) => `${one.log_odds >= 0 ? "↑" : "↓"} ${featureWords(one.feature)}`);
}

/** As many as there is room for: the others fall to a line that is not shown. */
function Movers({ row }: { row: SignalItem }) {
  const named = strongest(row);
  return (
    <span className="flex h-[1.45em] flex-wrap gap-x-3 overflow-hidden text-muted" title={named.join(", ")}>
      {named.map((one) => (
        <span key={one} className="max-w-full truncate">
          {one}
        </span>
      ))}
    </span>
  );
}

/** The newest scored entries, newest first; looked for from the newest on, because thousands may be held. */
export function lastScored(signals: ReadonlyMap<string, SignalItem>): SignalItem[] {
  return [...signals.values()]
    .filter((one) => one.probability !== null)
    .sort((a, b) => (b.seq ?? 0) - (a.seq ?? 0))
    .slice(0, SHOWN);
}

/** While a few rows leave the card half empty the newest stands open: what moved it is what there is to read. */
function standing(rows: readonly SignalItem[], phone: boolean): string | null {
  return phone || rows.length > FEW ? null : (rows[0]?.id ?? null);
}

const rowId = (row: SignalItem): string => row.id;
const name = (row: SignalItem): string => `What moved ${row.symbol ?? row.kind}`;
const content = (row: SignalItem) => (
  <div className="hairline-b cursor-auto bg-lifted px-4 pt-2 pb-4 whitespace-normal">
    <Contributions row={row} />
    <button type="button" className="quiet mt-2 -ml-2 text-accent" onClick={() => go(`/signals/${row.id}`)}>
      Whole journey
    </button>
  </div>
);
const card = (row: SignalItem) => (
  <>
    <CardHead row={row} />
    <span className="flex w-full items-center gap-3">
      <span className="w-28 shrink-0">
        <ProbabilityCell row={row} />
      </span>
      <Verdict verdict={row.verdict} />
      <span className="ml-auto">
        <Result row={row} />
      </span>
    </span>
    <span className="block w-full truncate text-muted">{strongest(row).join("  ") || why(row)}</span>
  </>
);

/** The next step on a new desk: this page is the first that is seen. */
function Unscored() {
  return (
    <Empty title="No signal has been scored yet.">
      <p>Each entry stands here as soon as it arrives, with what moved its probability.</p>
      <button type="button" className="control control-primary mt-3" onClick={() => go("/signals")}>
        <Plug size={13} aria-hidden />
        Connect TradingView or send a test alert
      </button>
    </Empty>
  );
}

export function Predictions({ stale }: { stale: boolean }) {
  const phone = usePhone();
  const signals = useDesk((desk) => desk.signals);
  const known = useDesk((desk) => desk.known);
  const arrived = useDesk((desk) => desk.arrived);
  const rows = useMemo(() => lastScored(signals), [signals]);
  // Undefined until somebody opened or closed one.
  const [chosen, choose] = useState<string | null | undefined>(undefined);
  const openId = chosen === undefined ? standing(rows, phone) : chosen;
  const onToggle = useCallback((id: string) => choose(openId === id ? null : id), [openId]);
  const detail = useMemo(() => ({ openId, onToggle, name, content }), [openId, onToggle]);
  const list: ListProps<SignalItem> = { label: "Last predictions", rows, rowId, detail, stale, marks: (row) => ({ "data-prediction": row.id, "data-arrived": arrived.has(row.id) }) };
  return (
    <Card title="Last predictions" span={8} flush={rows.length > 0} note={rows.length > 0 ? `the newest ${rows.length}` : undefined}>
      {/* As high as its neighbours ask, whether full or empty, so that nothing moves when the signals come. */}
      <div className={`relative min-h-[432px] flex-1 ${rows.length === 0 ? "max-[719px]:min-h-40" : "max-[719px]:min-h-0"}`}>
        {rows.length === 0 && (known ? <Unscored /> : <Loading what="the predictions" />)}
        {rows.length > 0 && (phone ? <Cards {...list} card={card} height={84} maxHeight={HEIGHT} /> : <div className="absolute inset-0 flex flex-col"><Table {...list} columns={columns} oneLineFrom={ONE_LINE_FROM} /></div>)}
      </div>
    </Card>
  );
}
