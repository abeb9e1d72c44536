/** A signal on a phone: the verdict and why in reach of a thumb. */

import { Price, ProbabilityCell, Result, Side, Verdict } from "../../components/signal/cells";
import { isTest, size, why } from "../../components/signal/words";
import { Time } from "../../components/Time";
import type { SignalItem } from "../../state/desk";

/** Its usual height, pixels. */
export const CARD = 84;

export function SignalCard({ row }: { row: SignalItem }) {
  return (
    <>
      <span className="flex w-full items-baseline gap-2 whitespace-nowrap">
        <span className="min-w-0 truncate text-[14px] font-semibold">{row.symbol ?? row.kind}</span>
        <Side side={row.side} />
        <Price value={row.price} />
        <span className="ml-auto shrink-0 text-muted">
          <Time at={row.received_at} />
        </span>
      </span>
      <span className="flex w-full items-center gap-3">
        <span className="w-24 shrink-0">
          <ProbabilityCell row={row} />
        </span>
        <Verdict verdict={row.verdict} />
        <span className="figure min-w-0 truncate">{size(row)}</span>
        <span className="ml-auto flex shrink-0 gap-2 whitespace-nowrap text-muted">
          <Result row={row} />
          {row.status}
        </span>
      </span>
      <span className="block w-full truncate text-muted">
        {isTest(row) && <span className="mr-2 text-warn">test</span>}
        {why(row)}
      </span>
    </>
  );
}
