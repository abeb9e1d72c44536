/** What each column of Live signals is called and shows. */

import { createColumnHelper, tableFeatures } from "@tanstack/react-table";

import { Time } from "../../components/Time";
import { useDesk, type SignalItem } from "../../state/desk";
import { Price, Probability, Result, Side, Verdict } from "./cells";
import { isTest, size, why } from "./words";

export const features = tableFeatures({});
const column = createColumnHelper<typeof features, SignalItem>();

/** Columns that are read as figures stand to the right. */
export const RIGHT = new Set(["price", "quantity", "result"]);

export function useStarter(): boolean {
  return useDesk((desk) => desk.model?.starter ?? false);
}

function ProbabilityCell({ row }: { row: SignalItem }) {
  return <Probability row={row} starter={useStarter()} />;
}

function SymbolCell({ row }: { row: SignalItem }) {
  return (
    <span title={[row.exchange, row.symbol, row.interval].filter(Boolean).join(" · ")}>
      <span className="font-semibold">{row.symbol ?? <span className="font-normal text-faint">{row.kind}</span>}</span>
      {row.interval !== null && <span className="figure ml-1.5 text-[11px] text-faint">{row.interval}</span>}
    </span>
  );
}

function WhyCell({ row }: { row: SignalItem }) {
  return (
    <span className="text-muted" title={row.reasons.map((one) => one.text).join("\n")}>
      {isTest(row) && <span className="mr-2 rounded border border-line px-1 text-[11px] text-warn">test</span>}
      {why(row)}
    </span>
  );
}

export const columns = column.columns([
  column.accessor("received_at", { id: "time", header: "Time", cell: ({ getValue }) => <Time at={getValue()} /> }),
  column.accessor("symbol", { header: "Symbol", cell: ({ row }) => <SymbolCell row={row.original} /> }),
  column.accessor("side", { header: "Side", cell: ({ getValue }) => <Side side={getValue()} /> }),
  column.accessor("price", { header: "Price", cell: ({ getValue }) => <Price value={getValue()} /> }),
  column.accessor("probability", { header: "Probability", cell: ({ row }) => <ProbabilityCell row={row.original} /> }),
  column.accessor("verdict", { header: "Verdict", cell: ({ getValue }) => <Verdict verdict={getValue()} /> }),
  column.accessor("quantity", { header: "Size", cell: ({ row }) => <span className={`figure ${row.original.quantity === 0 ? "text-faint" : ""}`}>{size(row.original)}</span> }),
  column.accessor("status", { header: "Status", cell: ({ getValue }) => <span className="text-muted">{getValue()}</span> }),
  column.display({ id: "result", header: "Result", cell: ({ row }) => <Result row={row.original} /> }),
  column.display({ id: "why", header: "Why", cell: ({ row }) => <WhyCell row={row.original} /> }),
]);
