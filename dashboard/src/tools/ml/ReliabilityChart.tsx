/** What was predicted against what came true, each tenth with its interval: on the diagonal the model means what it says. */

import { useState } from "react";

import type { Reliability } from "../../connection/api";
import { percent } from "../../state/format";

const SIZE = 200;
const STEP = 0.1;

/** From the lowest to the highest that is shown, in tenths, so that the points use the room there is. */
function domain(tenths: readonly Reliability[]): { low: number; high: number } {
  const low = Math.min(...tenths.flatMap((one) => [one.predicted, one.low]));
  const high = Math.max(...tenths.flatMap((one) => [one.predicted, one.high]));
  return { low: Math.floor(low / STEP) * STEP, high: Math.ceil(high / STEP) * STEP };
}

export function ReliabilityChart({ tenths, baseRate }: { tenths: readonly Reliability[]; baseRate: number | null }) {
  const [at, setAt] = useState<number | null>(null);
  const pointed = at === null ? undefined : tenths[at];
  const { low, high } = domain(tenths);
  const x = (value: number): number => ((value - low) / (high - low)) * SIZE;
  const y = (value: number): number => SIZE - x(value);
  const ticks = Array.from({ length: Math.round((high - low) / STEP) + 1 }, (_, index) => low + index * STEP);
  return (
    <figure className="m-0">
      <div className="relative mx-auto w-full max-w-[300px] pt-2 pb-5 pl-10">
        <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`Calibration: ${tenths.length} tenths, predicted against realised`} className="block w-full overflow-visible" fill="none">
          {ticks.map((tick) => (
            <path key={tick} d={`M0 ${y(tick)}H${SIZE}M${x(tick)} 0V${SIZE}`} className="stroke-line" strokeWidth={0.5} />
          ))}
          <path d={`M0 ${SIZE}L${SIZE} 0`} className="stroke-faint" strokeWidth={0.75} strokeDasharray="3 3" />
          {baseRate !== null && <path d={`M0 ${y(baseRate)}H${SIZE}`} className="stroke-faint" strokeWidth={0.5} />}
          {tenths.map((one, index) => (
            <g key={one.upto} onPointerEnter={() => setAt(index)} onPointerLeave={() => setAt(null)}>
              <path d={`M${x(one.predicted)} ${y(one.low)}V${y(one.high)}`} className="stroke-model" strokeOpacity={0.5} strokeWidth={1.5} />
              <circle cx={x(one.predicted)} cy={y(one.observed)} r={index === at ? 4 : 2.75} className="fill-model" />
              <rect x={x(one.predicted) - 6} y={0} width={12} height={SIZE} fill="transparent" />
            </g>
          ))}
        </svg>
        <div aria-hidden className="figure absolute inset-y-0 left-0 w-9 pr-2 pb-5 text-right text-[11px] whitespace-nowrap text-faint">
          <span className="absolute top-0 right-2 -translate-y-1/2">{percent(high)}</span>
          <span className="absolute right-2 bottom-5 translate-y-1/2">{percent(low)}</span>
        </div>
        <div aria-hidden className="figure absolute inset-x-0 bottom-0 flex justify-between pl-10 text-[11px] text-faint">
          <span>{percent(low)}</span>
          <span className="font-sans">predicted → came true ↑</span>
          <span>{percent(high)}</span>
        </div>
      </div>
      <figcaption className="mt-1 min-h-5 text-muted">
        {pointed
          ? `Said ${percent(pointed.predicted)}, came true ${percent(pointed.observed)} (${percent(pointed.low)} to ${percent(pointed.high)}), n ${pointed.n}`
          : `Each dot a tenth of the judged samples with its 95\u202f% interval${baseRate === null ? "" : `; the line is the base rate, ${percent(baseRate)}`}.`}
      </figcaption>
      <table className="sr-only">
        <caption>Calibration by tenths</caption>
        <thead>
          <tr>
            <th>Predicted</th>
            <th>Came true</th>
            <th>Interval</th>
            <th>Samples</th>
          </tr>
        </thead>
        <tbody>
          {tenths.map((one) => (
            <tr key={one.upto}>
              <td>{percent(one.predicted)}</td>
              <td>{percent(one.observed)}</td>
              <td>
                {percent(one.low)} to {percent(one.high)}
              </td>
              <td>{one.n}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
