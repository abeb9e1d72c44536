/** Named amounts as bars of one scale, each with its number beside it. */

import type { ReactNode } from "react";

import { BAR_FILL, type BarTone } from "./Histogram";

export interface Bar {
  name: string;
  /** Negative values go left of the middle. */
  value: number;
  /** The number as it is read. */
  told: ReactNode;
  hint?: string;
}

interface Props {
  label: string;
  bars: readonly Bar[];
  tone?: BarTone;
  /** What a full bar stands for; the largest value unless told. */
  full?: number;
  nameWidth?: string;
}

export function Bars({ label, bars, tone = "model", full, nameWidth = "38%" }: Props) {
  const most = full ?? Math.max(1e-9, ...bars.map((one) => Math.abs(one.value)));
  const both = bars.some((one) => one.value < 0);
  return (
    <table className="w-full table-fixed">
      <caption className="sr-only">{label}</caption>
      {/* The hidden caption counts as a first row: without these it would set the widths. */}
      <colgroup>
        <col style={{ width: nameWidth }} />
        <col />
        <col className="w-20" />
      </colgroup>
      <tbody>
        {bars.map((one) => {
          const width = `${Math.min(1, Math.abs(one.value) / most) * (both ? 50 : 100)}%`;
          return (
            <tr key={one.name} className="h-6" title={one.hint}>
              <th scope="row" className="truncate pr-3 text-left font-normal text-muted" title={one.name}>
                {one.name}
              </th>
              <td aria-hidden>
                <span className="relative block h-1.5">
                  {both && <span className="absolute inset-y-[-3px] left-1/2 w-px bg-line" />}
                  <span
                    className={`absolute inset-y-0 ${one.value >= 0 ? "rounded-r-full" : "rounded-l-full opacity-50"} ${BAR_FILL[tone]}`}
                    style={both ? (one.value >= 0 ? { left: "50%", width } : { right: "50%", width }) : { left: 0, width }}
                  />
                </span>
              </td>
              <td className="figure pl-3 text-right whitespace-nowrap">{one.told}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
