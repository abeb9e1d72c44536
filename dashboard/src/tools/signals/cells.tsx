/** The cells of a signal, shared by the table, the cards and the journey. */

import type { SignalRow } from "../../events";
import { exactPercent, percent, price, rMultiple } from "../../state/format";
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

/** Violet is what the model says: the bar is the probability, the notch its lower bound. */
export function Probability({ row, starter }: { row: SignalRow; starter: boolean }) {
  const { probability, probability_low: low } = row;
  if (probability === null) return <span className="figure text-faint">–</span>;
  const hint = [
    `p = ${exactPercent(probability)}`,
    low === null ? "" : `lower bound ${exactPercent(low)}`,
    starter ? "starter: not for trading" : "",
  ];
  return (
    <span className="flex items-center gap-2" title={hint.filter(Boolean).join(" · ")}>
      <span className={`figure w-9 text-right ${starter ? "text-muted" : "text-text"}`}>{percent(probability)}</span>
      <span aria-hidden className="relative h-1 flex-1 rounded-full bg-line">
        <span className="absolute inset-y-0 left-0 rounded-full bg-model" style={{ width: `${probability * 100}%`, opacity: starter ? 0.55 : 1 }} />
        {low !== null && <span className="absolute -inset-y-0.5 w-px bg-text/70" style={{ left: `${low * 100}%` }} />}
      </span>
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
