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
