/** One figure to be read from across the room: its name, its value with unit, and a line of context. */

import { Children, type CSSProperties, type ReactNode } from "react";

import { UNKNOWN } from "../state/format";

export type StatTone = "plain" | "gain" | "loss" | "warn" | "bad" | "model";

const COLOUR: Record<StatTone, string> = { plain: "", gain: "text-gain", loss: "text-loss", warn: "text-warn", bad: "text-error", model: "text-model" };

interface Props {
  label: string;
  /** null is unknown, and shown as such. */
  value: ReactNode;
  unit?: string;
  note?: ReactNode;
  tone?: StatTone;
  hint?: string;
  /** A sparkline, usually. */
  children?: ReactNode;
}

/** Stands in a `<Stats>` list. */
export function Stat({ label, value, unit, note, tone = "plain", hint, children }: Props) {
  const unknown = value === null || value === undefined;
  return (
    <div className="min-w-0" title={hint} data-stat={label}>
      <dt className="label truncate">{label}</dt>
      <dd className="mt-0.5">
        <span className={`figure-large ${unknown ? "text-faint" : COLOUR[tone]}`}>
          {unknown ? UNKNOWN : value}
          {!unknown && unit !== undefined && <span className="ml-1 text-[12px] text-faint">{unit}</span>}
        </span>
        {note !== undefined && <span className="block truncate text-[12px] text-muted">{note}</span>}
        {children}
      </dd>
    </div>
  );
}

/** Up to this many stand on one row wherever it is not a phone's. */
const FEW = 4;

export function Stats({ children }: { children: ReactNode }) {
  const all = Children.toArray(children).length;
  const columns = { "--all": all, "--some": all <= FEW ? all : Math.ceil(all / 2) };
  return (
    <div className="stats">
      <dl style={columns as CSSProperties}>{children}</dl>
    </div>
  );
}
