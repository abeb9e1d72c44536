/** What state something was in, and when. Where nobody knows, the strip is hatched: the last state is never stretched. */

import { age, clock, day } from "../../state/format";
import { usePreference } from "../../state/preferences";
import { covered, shares, type Look, type Segment } from "./segments";

const FILL: Record<Look, string> = { good: "bg-good/70", warn: "bg-warn", bad: "bg-error", unknown: "hatched", idle: "bg-line" };

interface Props {
  label: string;
  segments: readonly Segment[];
  /** The window, milliseconds since 1970; what no segment covers is unknown. */
  from: number;
  to: number;
  height?: number;
  /** Times under its two ends, and between them how much of the window each state took. */
  axis?: "told" | "times" | false;
}

/** Whole percent; all is said only where it is all. */
function tell(share: number): string {
  const whole = Math.round(share * 100);
  return whole === 100 && share < 1 ? "over 99\u202f%" : `${whole}\u202f%`;
}

export function StateStrip({ label, segments, from, to, height = 12, axis = false }: Props) {
  const zone = usePreference("clock");
  const all = covered(segments, from, to);
  const span = Math.max(1, to - from);
  const dated = day(from, zone) !== day(to, zone);
  const at = (time: number): string => (dated ? `${day(time, zone).slice(5)} ${clock(time, zone).slice(0, 5)}` : clock(time, zone));
  const told = shares(all)
    .filter(({ share }) => share >= 0.005)
    .map(({ name, share }) => `${tell(share)} ${name}`);
  return (
    <div>
      <div role="img" aria-label={`${label}: ${told.join(", ")}`} className="relative w-full overflow-hidden rounded-sm" style={{ height }}>
        {all.map((one) => (
          <span
            key={one.from}
            data-glow={one.glow}
            title={`${one.name}: ${at(one.from)} – ${at(one.to)} (${age(one.to - one.from)})`}
            className={`absolute inset-y-0 min-w-px ${FILL[one.glow]}`}
            style={{ left: `${((one.from - from) / span) * 100}%`, width: `calc(${((one.to - one.from) / span) * 100}% - 1px)` }}
          />
        ))}
      </div>
      {axis && (
        <div aria-hidden className="figure mt-1 flex flex-wrap justify-between gap-x-4 text-[11px] text-faint">
          <span>{at(from)}</span>
          {axis === "told" && <span className="font-sans text-muted max-[719px]:order-last max-[719px]:w-full">{told.join(" · ")}</span>}
          <span>{at(to)}</span>
        </div>
      )}
    </div>
  );
}
