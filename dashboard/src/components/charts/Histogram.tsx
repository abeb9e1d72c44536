/** How often each range of values occurred: bars from one floor, labelled at the ends, the count under the pointer. */

import { useState } from "react";

export interface Bin {
  from: number;
  to: number;
  count: number;
  /** Part of the count that is told apart, drawn solid: those taken, for instance. */
  marked?: number;
}

export type BarTone = "model" | "accent" | "muted" | "warn";
export const BAR_FILL: Record<BarTone, string> = { model: "bg-model", accent: "bg-accent", muted: "bg-muted", warn: "bg-warn" };

interface Props {
  label: string;
  bins: readonly Bin[];
  /** How a bin's edge is told. */
  format: (value: number) => string;
  height?: number;
  tone?: BarTone;
  /** A value to draw a line at: a threshold, a base rate. */
  mark?: { at: number; name: string };
  /** What the marked part is called. */
  markedName?: string;
}

export function Histogram({ label, bins, format, height = 96, tone = "model", mark, markedName }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const most = Math.max(1, ...bins.map((one) => one.count));
  const low = bins[0]?.from ?? 0;
  const high = bins.at(-1)?.to ?? 1;
  const total = bins.reduce((sum, one) => sum + one.count, 0);
  const pointed = at === null ? undefined : bins[at];
  const across = mark === undefined ? null : (mark.at - low) / (high - low || 1);
  const within = Math.min(1, Math.max(0, across ?? 0));
  return (
    <figure className="m-0" onPointerLeave={() => setAt(null)}>
      <div role="img" aria-label={`${label}: ${total} in ${bins.length} ranges, most ${most}`} className="relative flex items-end gap-px border-b border-line" style={{ height }}>
        {bins.map((one, index) => (
          <div key={one.from} className="relative flex h-full flex-1 items-end" onPointerEnter={() => setAt(index)}>
            <div className={`w-full rounded-t-[2px] ${BAR_FILL[tone]} ${one.marked === undefined ? "" : "opacity-35"}`} style={{ height: `${(one.count / most) * 100}%`, minHeight: one.count > 0 ? 2 : 0 }} />
            {one.marked !== undefined && (
              <div className={`absolute inset-x-0 bottom-0 rounded-t-[2px] ${BAR_FILL[tone]}`} style={{ height: `${(one.marked / most) * 100}%`, minHeight: one.marked > 0 ? 2 : 0 }} />
            )}
          </div>
        ))}
        {across !== null && across >= 0 && across <= 1 && <span aria-hidden className="absolute inset-y-0 w-px bg-text/60" style={{ left: `${across * 100}%` }} />}
      </div>
      <figcaption className="figure relative mt-1 flex justify-between text-[11px] text-faint">
        <span>{format(low)}</span>
        <span className="text-muted">
          {pointed &&
            `${format(pointed.from)}–${format(pointed.to)} · ${pointed.count}${pointed.marked === undefined ? "" : ` · ${pointed.marked} ${markedName ?? ""}`}`}
        </span>
        {/* Beside its line, and clear of both ends. */}
        {!pointed && mark && across !== null && (
          <span className="absolute inset-x-11 h-full">
            <span className="absolute whitespace-nowrap text-muted" style={{ left: `${within * 100}%`, transform: `translateX(-${within * 100}%)` }}>
              {mark.name} {format(mark.at)}
            </span>
          </span>
        )}
        <span>{format(high)}</span>
      </figcaption>
    </figure>
  );
}
