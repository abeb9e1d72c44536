/** A signal on a phone: the verdict and why in reach of a thumb. */

import { CardHead } from "../../components/signal/CardHead";
import { ProbabilityCell, Result, Verdict } from "../../components/signal/cells";
import { isTest, size, why } from "../../components/signal/words";
import type { SignalItem } from "../../state/desk";

/** Its usual height, pixels. */
export const CARD = 84;

export function SignalCard({ row }: { row: SignalItem }) {
  return (
    <>
      <CardHead row={row} />
      <span className="flex w-full items-center gap-3">
        <span className="w-24 shrink-0">
          <ProbabilityCell row={row} />
        </span>
        <Verdict verdict={row.verdict} />
        <span className="figure min-w-0 truncate">{size(row)}</span>
        <span className="ml-auto shrink-0 whitespace-nowrap">
          <Result row={row} />
        </span>
      </span>
      <span className="flex w-full gap-3 text-muted">
        <span className="min-w-0 flex-1 truncate">
          {isTest(row) && <span className="mr-2 text-warn">test</span>}
          {why(row)}
        </span>
        <span className="shrink-0">{row.status}</span>
      </span>
    </>
  );
}
