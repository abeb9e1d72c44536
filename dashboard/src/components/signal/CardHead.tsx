/** The first line of a signal on a phone: what, which way, at which price and when. */

import type { SignalItem } from "../../state/desk";
import { Time } from "../Time";
import { Price, Side } from "./cells";

export function CardHead({ row }: { row: SignalItem }) {
  return (
    <span className="flex w-full items-baseline gap-2 whitespace-nowrap">
      <span className="min-w-0 truncate text-[14px] font-semibold">{row.symbol ?? row.kind}</span>
      <Side side={row.side} />
      <Price value={row.price} />
      <span className="ml-auto shrink-0 text-muted">
        <Time at={row.received_at} />
      </span>
    </span>
  );
}
