/** A figure over time in one small line: gaps stay gaps, and the number under the pointer is told. */

import { useState, type PointerEvent } from "react";

import { clock } from "../../state/format";
import { usePreference } from "../../state/preferences";
import { lineParts, scale, type Point } from "./series";

const WIDTH = 200;

export type SparkTone = "plain" | "model" | "warn" | "good";
const STROKE: Record<SparkTone, string> = { plain: "stroke-muted", model: "stroke-model", warn: "stroke-warn", good: "stroke-good" };

interface Props {
  label: string;
  points: readonly Point[];
  /** How a value is told. */
  format: (value: number) => string;
  height?: number;
  /** The scale's floor; 0 unless told. null lets the line use the whole height. */
  floor?: number | null;
  tone?: SparkTone;
}

export function Spark({ label, points, format, height = 28, floor = 0, tone = "plain" }: Props) {
  const zone = usePreference("clock");
  const [at, setAt] = useState<number | null>(null);
  const known = points.filter((one) => one.value !== null);
  const place = scale(points, WIDTH, height, floor);
  const last = known.at(-1);
  const pointed = at === null ? undefined : points[at];
  const onMove = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(place.nearest(((event.clientX - box.left) / box.width) * WIDTH));
  };
  const told = last?.value == null ? "nothing measured yet" : `now ${format(last.value)}`;
  return (
    <div className="relative" style={{ height }} onPointerMove={onMove} onPointerLeave={() => setAt(null)}>
      <svg role="img" aria-label={`${label}: ${told}`} viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" className="block h-full w-full overflow-visible" fill="none">
        <path d={`M0 ${height - 0.5}H${WIDTH}`} className="stroke-line" vectorEffect="non-scaling-stroke" />
        {known.length > 1 && lineParts(points, place).map((part) => (
          <path key={part.slice(0, 16)} d={part} className={STROKE[tone]} strokeWidth={1.5} strokeLinecap="round" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
        ))}
        {at !== null && pointed && <path d={`M${place.x(pointed.at)} 0V${height}`} className="stroke-faint" vectorEffect="non-scaling-stroke" />}
      </svg>
      {pointed && (
        <span className="figure pointer-events-none absolute -top-4 right-0 rounded bg-lifted px-1 text-[11px] whitespace-nowrap text-text">
          {pointed.value === null ? "unknown" : format(pointed.value)} <span className="text-faint">{clock(pointed.at, zone)}</span>
        </span>
      )}
    </div>
  );
}
