/** What each column of Live signals is called and shows. */

import type { Column } from "../../components/table/column";
import { Price, ProbabilityCell, Result, Side, SymbolCell, Verdict } from "../../components/signal/cells";
import { isTest, size, why } from "../../components/signal/words";
import { Time } from "../../components/Time";
import type { SignalItem } from "../../state/desk";

function WhyCell({ row }: { row: SignalItem }) {
  return (
    <span className="text-muted" title={row.reasons.map((one) => one.text).join("\n")}>
      {isTest(row) && <span className="mr-2 rounded border border-line px-1 text-[11px] text-warn">test</span>}
      {why(row)}
    </span>
  );
}

/** With less there is no room for the reason beside the figures, pixels. */
export const ONE_LINE_FROM = 1_050;

export const columns: readonly Column<SignalItem>[] = [
  { id: "time", title: "Time", width: "104px", narrow: "100px", cell: (row) => <Time at={row.received_at} /> },
  { id: "symbol", title: "Symbol", width: "124px", narrow: "112px", tight: "minmax(74px, 1fr)", cell: (row) => <SymbolCell row={row} /> },
  { id: "side", title: "Side", width: "40px", narrow: "36px", cell: (row) => <Side side={row.side} /> },
  { id: "price", title: "Price", width: "96px", narrow: "84px", tight: "minmax(78px, 0.2fr)", right: true, cell: (row) => <Price value={row.price} /> },
  { id: "probability", title: "Probability", width: "104px", narrow: "96px", tight: "minmax(82px, 0.3fr)", cell: (row) => <ProbabilityCell row={row} /> },
  { id: "verdict", title: "Verdict", width: "58px", cell: (row) => <Verdict verdict={row.verdict} /> },
  { id: "quantity", title: "Size", width: "112px", narrow: "108px", tight: "minmax(106px, 0.4fr)", right: true, cell: (row) => <span title={size(row)} className={`figure ${row.quantity === 0 ? "text-faint" : ""}`}>{size(row)}</span> },
  { id: "status", title: "Status", width: "72px", narrow: "60px", under: "2 / 3", cell: (row) => <span className="text-muted">{row.status}</span> },
  { id: "result", title: "Result", width: "92px", narrow: "84px", under: "-2 / -1", right: true, cell: (row) => <Result row={row} /> },
  { id: "why", title: "Why", width: "minmax(140px, 1fr)", under: "3 / -2", cell: (row) => <WhyCell row={row} /> },
];
