/** A chance from 0 to 1: violet is what a model says, the notch its lower bound. */

import { exactPercent, percent, UNKNOWN } from "../../state/format";

interface Props {
  value: number | null;
  low: number | null;
  /** A starter's word counts less, and looks it. */
  starter?: boolean;
}

export function Probability({ value, low, starter = false }: Props) {
  if (value === null) return <span className="figure inline-block w-9 text-right text-faint">{UNKNOWN}</span>;
  const hint = [`p = ${exactPercent(value)}`, low === null ? "" : `lower bound ${exactPercent(low)}`, starter ? "starter: not for trading" : ""];
  return (
    <span className="flex items-center gap-2" title={hint.filter(Boolean).join(" · ")}>
      <span className={`figure w-9 text-right ${starter ? "text-muted" : "text-text"}`}>{percent(value)}</span>
      <span aria-hidden className="relative h-1 flex-1 rounded-full bg-line">
        <span className="absolute inset-y-0 left-0 rounded-full bg-model" style={{ width: `${value * 100}%`, opacity: starter ? 0.55 : 1 }} />
        {low !== null && <span className="absolute -inset-y-0.5 w-px bg-text/70" style={{ left: `${low * 100}%` }} />}
      </span>
    </span>
  );
}
