/** The cells of a signal, wherever one is shown. */

import type { SignalRow } from "../../events";
import { useDesk } from "../../state/desk";
import { price, rMultiple } from "../../state/format";
import { Probability } from "../charts/Probability";
import { VERDICT_COLOUR, VERDICT_MEANING } from "./words";

export function Side({ side }: { side: SignalRow["side"] }) {
  return <span className={side === "close" ? "text-muted" : "font-semibold"}>{side?.toUpperCase() ?? ""}</span>;
}

export function Verdict({ verdict }: { verdict: SignalRow["verdict"] }) {
  return (
    <span className={VERDICT_COLOUR[verdict]} title={VERDICT_MEANING[verdict]} data-verdict={verdict}>
      {verdict === "none" ? "–" : verdict}
    </span>
  );
}

/** The outcome with sign and arrow; while a trade runs, the best it has seen, quietly. */
export function Result({ row }: { row: SignalRow }) {
  if (row.outcome_r !== null) {
    const gain = row.outcome_r >= 0;
    return (
      <span className={`figure ${gain ? "text-gain" : "text-loss"}`} title="Outcome in multiples of the risk taken">
        <span aria-hidden>{gain ? "▲" : "▼"} </span>
        {rMultiple(row.outcome_r)}
      </span>
    );
  }
  if (row.mfe_r === null) return null;
  return (
    <span className="figure text-muted" title={`Best so far (MFE) ${rMultiple(row.mfe_r)}; worst (MAE) ${rMultiple(row.mae_r)}`}>
      max {rMultiple(row.mfe_r)}
    </span>
  );
}

export function Price({ value }: { value: number | null }) {
  return <span className="figure">{value === null ? "" : price(value)}</span>;
}

export function SymbolCell({ row }: { row: SignalRow }) {
  return (
    <span title={[row.exchange, row.symbol, row.interval].filter(Boolean).join(" · ")}>
      <span className="font-semibold">{row.symbol ?? <span className="font-normal text-faint">{row.kind}</span>}</span>
      {row.interval !== null && <span className="figure ml-1.5 text-[11px] text-faint">{row.interval}</span>}
    </span>
  );
}

/** Whether the model's word counts: a starter's is shown, but neither vetoes nor scales. */
export function useStarter(): boolean {
  return useDesk((desk) => desk.model?.starter ?? false);
}

export function ProbabilityCell({ row }: { row: SignalRow }) {
  return <Probability value={row.probability} low={row.probability_low} starter={useStarter()} />;
}
