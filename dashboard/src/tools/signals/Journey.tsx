/** A signal's whole journey, opened in place: what came, what was made of it, and why it was sized as it was. */

import { useMemo } from "react";

import { Problem } from "../../components/Problem";
import { AsItCame } from "../../components/signal/AsItCame";
import { Contributions } from "../../components/signal/Contributions";
import { childrenNow, useDesk, type SignalItem } from "../../state/desk";
import type { SignalRow } from "../../events";
import { Facts } from "./Facts";
import { useSignal } from "./history";
import { Steps } from "./Steps";

export function Journey({ id, item }: { id: string; item?: SignalItem }) {
  const query = useSignal(id);
  const later = useDesk((desk) => desk.childFacts.get(id));
  const folded = useMemo(() => (item ? childrenNow(item, later) : null), [item, later]);
  const row: SignalRow | undefined = item ?? query.data;
  return (
    // A click inside is reading or selecting, not closing the row.
    <section
      aria-label="Journey"
      className="hairline-b cursor-auto bg-lifted px-4 pt-1 pb-4 whitespace-normal max-[719px]:px-4"
      data-journey={id}
    >
      {query.isError && <Problem what="The journey could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
      {row && (
        <div className="grid gap-x-8 gap-y-4 pl-7 max-[719px]:pl-0 min-[1024px]:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <div className="min-w-0 space-y-4">
            {query.isPending ? <p className="text-muted">Loading the journey…</p> : <Steps row={row} whole={query.data ?? null} />}
            {query.data && <AsItCame raw={query.data.raw} />}
          </div>
          <div className="min-w-0 space-y-4">
            <Facts row={row} folded={folded} />
            <Reasons row={row} />
            <Contributions row={row} />
          </div>
        </div>
      )}
    </section>
  );
}

function Reasons({ row }: { row: SignalRow }) {
  if (row.reasons.length === 0) return null;
  return (
    <div>
      <h2 className="label mb-1">Why</h2>
      <ul className="space-y-0.5">
        {row.reasons.map((reason, index) => (
          <li key={`${reason.code}-${index}`} className="flex gap-3">
            <span className="min-w-0 flex-1">{reason.text === "" ? reason.code : reason.text}</span>
            <code className="figure shrink-0 text-[11px] text-faint">{reason.code}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
