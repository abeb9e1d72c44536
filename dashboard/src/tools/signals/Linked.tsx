/** A deep-linked signal that the list does not hold (yet): shown on top, or taken to the entry it belongs to. */

import { X } from "lucide-react";
import { useEffect } from "react";

import { Time } from "../../components/Time";
import { go } from "../../state/location";
import { Price, Side, Verdict } from "../../components/signal/cells";
import { useSignal } from "./history";
import { Journey } from "./Journey";
import { size } from "../../components/signal/words";

export function Linked({ id, settled }: { id: string; settled: boolean }) {
  const { data } = useSignal(id);
  const parent = data?.parent_id ?? null;
  useEffect(() => {
    if (parent !== null) go(`/signals/${parent}${location.search}`, { replace: true });
  }, [parent]);
  if (!settled) return null;
  return (
    <div className="max-h-[70%] shrink-0 overflow-y-auto bg-lifted" data-linked={id}>
      <div className="flex h-9 items-center gap-4 pr-2 pl-4">
        <span className="label">Linked signal</span>
        {data && (
          <>
            <Time at={data.received_at} />
            <span className="font-semibold">{data.symbol}</span>
            <Side side={data.side} />
            <Price value={data.price} />
            <Verdict verdict={data.verdict} />
            <span className="figure">{size(data)}</span>
          </>
        )}
        <button type="button" className="quiet ml-auto" onClick={() => go(`/signals${location.search}`, { replace: true })}>
          <X size={14} aria-hidden />
          Close
        </button>
      </div>
      <Journey id={id} />
    </div>
  );
}
