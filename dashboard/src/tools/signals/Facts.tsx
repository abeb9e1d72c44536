/** The figures of a signal that its row has no room for. */

import type { SignalRow } from "../../events";
import type { Children } from "../../connection/api";
import { milliseconds, price, quantity, rMultiple } from "../../state/format";

function position(units: number): string {
  return units === 0 ? "flat" : `${units > 0 ? "long" : "short"} ${quantity(Math.abs(units))}`;
}

function facts(row: SignalRow, folded: Children | null): [string, string][] {
  const known: [string, string | null][] = [
    ["Stop", row.stop === null ? null : price(row.stop)],
    ["Target", row.targets.length === 0 ? null : row.targets.map(price).join(" / ")],
    ["Best (MFE)", row.mfe_r === null ? null : rMultiple(row.mfe_r)],
    ["Worst (MAE)", row.mae_r === null ? null : rMultiple(row.mae_r)],
    ["Intent", row.intent],
    ["Alert's size", row.quantity_hint === null ? null : quantity(row.quantity_hint)],
    ["Position after", row.position_after === null ? null : position(row.position_after)],
    ["Updates", folded === null || folded.updates === 0 ? null : String(folded.updates)],
    ["Exits", folded === null || folded.exits === 0 ? null : String(folded.exits)],
    ["Exchange", row.exchange],
    ["Trade", row.trade_ref],
    ["Delivery lag", row.lag_ms === null ? null : milliseconds(row.lag_ms)],
    ["Freshness", row.freshness],
    ["Time read as", row.time_read_as],
    ["Source", row.source],
  ];
  return known.filter((one): one is [string, string] => one[1] !== null && one[1] !== "");
}

export function Facts({ row, folded }: { row: SignalRow; folded: Children | null }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(112px,1fr))] gap-x-4 gap-y-2">
      {facts(row, folded).map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="label">{name}</dt>
          <dd className="figure truncate" title={value}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
