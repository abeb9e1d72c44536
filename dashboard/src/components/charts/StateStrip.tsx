/** What state something was in, and when. Where nobody knows, the strip is hatched: the last state is never stretched. */

import { age, clock } from "../../state/format";
import type { Glow } from "../../state/freshness";
import { usePreference } from "../../state/preferences";
import { covered, shares, type Segment } from "./segments";

const FILL: Record<Glow, string> = { good: "bg-good/70", warn: "bg-warn", bad: "bg-error", unknown: "hatched" };

interface Props {
  label: string;
  segments: readonly Segment[];
  /** The window, milliseconds since 1970; what no segment covers is unknown. */
  from: number;
  to: number;
  height?: number;
  /** Times under its two ends. */
  axis?: boolean;
}

export function StateStrip({ label, segments, from, to, height = 12, axis = false }: Props) {
  const zone = usePreference("clock");
  const all = covered(segments, from, to);
  const span = Math.max(1, to - from);
  const told = shares(all).map(({ name, share }) => `${name} ${Math.round(share * 100)} %`);
  return (
    <div>
      <div role="img" aria-label={`${label}: ${told.join(", ")}`} className="relative w-full overflow-hidden rounded-sm" style={{ height }}>
        {all.map((one) => (
          <span
            key={one.from}
            data-glow={one.glow}
            title={`${one.name}: ${clock(one.from, zone)} – ${clock(one.to, zone)} (${age(one.to - one.from)})`}
            className={`absolute inset-y-0 min-w-px ${FILL[one.glow]}`}
            style={{ left: `${((one.from - from) / span) * 100}%`, width: `calc(${((one.to - one.from) / span) * 100}% - 1px)` }}
          />
        ))}
      </div>
      {axis && (
        <div aria-hidden className="figure mt-1 flex justify-between text-[11px] text-faint">
          <span>{clock(from, zone)}</span>
          <span>{clock(to, zone)}</span>
        </div>
      )}
    </div>
  );
}
