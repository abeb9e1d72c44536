/** Facts over time as bars by level; a drag across them picks a span, a click takes the feed to that time. */

import { useEffect, useRef, useState, type PointerEvent } from "react";

import { clock, day } from "../../state/format";
import { usePreference } from "../../state/preferences";
import { total, type Bar, type Window } from "./steps";

export const HEIGHT = 64;
const LABELS = 14;
/** Shorter drags are clicks, pixels. */
const DRAG = 5;

interface Props {
  bars: readonly Bar[];
  window: Window;
  /** The span that the feed is narrowed to. */
  picked: Window | null;
  countedFrom: number | null;
  /** A time to draw a line at. */
  cursor: number | null;
  onPick: (span: Window) => void;
  onJump: (to: number) => void;
  width: number;
}

export function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { frame, width };
}

export function TimelineChart({ bars, window, picked, countedFrom, cursor, onPick, onJump, width }: Props) {
  const zone = usePreference("clock");
  const [pointer, setPointer] = useState<number | null>(null);
  const [drag, setDrag] = useState<number | null>(null);
  const span = Math.max(1, window.to - window.from);
  const x = (at: number): number => Math.max(0, Math.min(width, ((at - window.from) / span) * width));
  const at = (px: number): number => window.from + (Math.max(0, Math.min(width, px)) / width) * span;
  const most = Math.max(1, ...bars.map((bar) => total(bar.counts)));
  // Square roots keep a lone warning visible beside a burst of thousands.
  const tall = (count: number): number => (count === 0 ? 0 : Math.max(2, Math.sqrt(count / most) * HEIGHT));
  const place = (event: PointerEvent): number => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const pointed = pointer === null ? undefined : bars.find((bar) => at(pointer) >= bar.at && at(pointer) < bar.to);
  const brush = drag !== null && pointer !== null && Math.abs(pointer - drag) >= DRAG ? ([Math.min(drag, pointer), Math.max(drag, pointer)] as const) : null;
  const selected = brush ?? (picked && ([x(picked.from), x(picked.to)] as const));
  const sum = bars.reduce((all, bar) => all + total(bar.counts), 0);
  const loud = bars.reduce((all, bar) => all + bar.counts.warn + bar.counts.bad, 0);
  const days = day(window.from, zone) !== day(window.to, zone);
  const told = (time: number): string => `${days ? `${day(time, zone).slice(5)} ` : ""}${clock(time, zone)}`;
  const finish = (event: PointerEvent): void => {
    if (brush !== null) onPick({ from: at(brush[0]), to: at(brush[1]) });
    else if (drag !== null) onJump(bars.find((bar) => at(place(event)) >= bar.at && at(place(event)) < bar.to)?.to ?? at(place(event)));
    setDrag(null);
  };
  return (
    <div className="relative select-none">
      <svg
        role="img"
        aria-label={`${sum} facts from ${told(window.from)} to ${told(window.to)}, ${loud} of them warnings or errors`}
        width={width}
        height={HEIGHT + LABELS}
        className="block cursor-crosshair touch-pan-y"
        data-chart="activity"
        data-total={sum}
        onPointerMove={(event) => setPointer(place(event))}
        onPointerLeave={() => drag === null && setPointer(null)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setPointer(place(event));
          setDrag(place(event));
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        <defs>
          <pattern id="not-counted" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0V5" className="stroke-line" strokeWidth="2" />
          </pattern>
        </defs>
        {countedFrom !== null && x(countedFrom) > 0 && <rect x={0} y={0} width={x(countedFrom)} height={HEIGHT} fill="url(#not-counted)" />}
        {selected && <rect x={selected[0]} y={0} width={Math.max(1, selected[1] - selected[0])} height={HEIGHT} className="fill-accent-ground stroke-accent/50" />}
        {bars.map((bar) => (
          <Stack key={bar.at} bar={bar} left={x(bar.at)} right={x(bar.to)} tall={tall} lit={bar === pointed} />
        ))}
        <path d={`M0 ${HEIGHT + 0.5}H${width}`} className="stroke-line" />
        {sum === 0 && (
          <text x={width / 2} y={HEIGHT / 2 + 4} textAnchor="middle" className="fill-faint text-[12px]">
            nothing that matches in this time
          </text>
        )}
        {cursor !== null && cursor >= window.from && cursor <= window.to && <path d={`M${x(cursor)} 0V${HEIGHT}`} className="stroke-warn" strokeWidth={2} />}
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <text key={share} x={share * width} y={HEIGHT + LABELS - 2} textAnchor={share === 0 ? "start" : share === 1 ? "end" : "middle"} className={`figure fill-faint text-[10px] ${share === 0.25 || share === 0.75 ? "max-[719px]:hidden" : ""}`}>
            {told(window.from + share * span)}
          </text>
        ))}
      </svg>
      {pointed && drag === null && <Pointed bar={pointed} left={x(pointed.at)} width={width} told={told} />}
    </div>
  );
}

interface StackProps {
  bar: Bar;
  left: number;
  right: number;
  tall: (count: number) => number;
  lit: boolean;
}

/** Errors at the foot, where the eye looks first, warnings above them, the rest on top. */
function Stack({ bar, left, right, tall, lit }: StackProps) {
  const all = total(bar.counts);
  const height = tall(all);
  const wide = Math.max(1, right - left - 1);
  const part = (count: number): number => (count === 0 ? 0 : Math.min(height, Math.max(2, (count / all) * height)));
  const bad = part(bar.counts.bad);
  const warn = part(bar.counts.warn);
  if (all === 0) return lit ? <rect x={left} y={0} width={wide} height={HEIGHT} className="fill-text/5" /> : null;
  return (
    <g>
      {lit && <rect x={left} y={0} width={wide} height={HEIGHT} className="fill-text/5" />}
      <rect x={left} y={HEIGHT - height} width={wide} height={height} className={lit ? "fill-text/60" : "fill-muted/45"} />
      {warn > 0 && <rect x={left} y={HEIGHT - Math.min(height, bad + warn)} width={wide} height={Math.min(height - bad, warn)} className="fill-warn" />}
      {bad > 0 && <rect x={left} y={HEIGHT - bad} width={wide} height={bad} className="fill-error" />}
    </g>
  );
}

function Pointed({ bar, left, width, told }: { bar: Bar; left: number; width: number; told: (time: number) => string }) {
  const { warn, bad } = bar.counts;
  const right = left > width / 2;
  return (
    <span className="figure pointer-events-none absolute top-0 z-10 rounded border border-line bg-lifted px-1.5 text-[11px] whitespace-nowrap text-text" style={right ? { right: width - left + 6 } : { left: left + 14 }}>
      {total(bar.counts)} <span className="text-faint">{told(bar.at)}–{told(bar.to)}</span>
      {warn > 0 && <span className="text-warn"> · {warn} warning{warn === 1 ? "" : "s"}</span>}
      {bad > 0 && <span className="text-error"> · {bad} error{bad === 1 ? "" : "s"}</span>}
    </span>
  );
}
