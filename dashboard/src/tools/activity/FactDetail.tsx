/** One fact opened in place: its data as a tree, the alert's text as it came, and where to go from it. */

import { Braces, Filter, History, Zap } from "lucide-react";
import type { ReactNode } from "react";

import { CopyButton } from "../../components/CopyButton";
import { AsItCame } from "../../components/signal/AsItCame";
import { Tree } from "../../components/Tree";
import { rawOf, type ActivityFact } from "../../state/activity";
import { utc } from "../../state/format";
import { go } from "../../state/location";
import { filterQuery, NO_FILTERS, type Filters } from "./filters";
import { signalOf } from "./words";

/** How much is shown after the fact when the feed is taken to its time. */
const AROUND_MS = 5_000;
/** The row itself shows shorter messages whole. */
const LONG = 90;

function only(change: Partial<Filters>): void {
  go(`/activity${filterQuery({ ...NO_FILTERS, ...change })}`);
}

export function FactDetail({ fact }: { fact: ActivityFact }) {
  const signal = signalOf(fact);
  const raw = rawOf(fact);
  const data = Object.fromEntries(Object.entries(fact.data).filter(([name]) => name !== "raw"));
  return (
    <section aria-label="Details" data-detail={fact.seq} className="hairline-b cursor-auto bg-lifted px-4 pt-1 pb-4 whitespace-normal">
      <div className="grid gap-x-8 gap-y-3 pl-7 max-[719px]:pl-0 min-[1024px]:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0 space-y-3">
          {fact.message.length > LONG && <p className="break-words whitespace-pre-wrap">{fact.message}</p>}
          <Tree value={data} />
        </div>
        <div className="min-w-0 space-y-3">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-muted">
            <Line name="Told at">{utc(fact.timestamp)}</Line>
            <Line name="Number">{fact.seq}</Line>
            <Line name="Id">{fact.id}</Line>
            <Line name="Origin">{fact.origin === "external" ? "published from outside" : "the desk itself"}</Line>
          </dl>
          <AsItCame raw={raw} />
          <div className="-ml-2 flex flex-wrap">
            {signal !== null && (
              <Act icon={<Zap size={13} aria-hidden />} onClick={() => go(`/signals/${signal}`)}>
                Open the signal
              </Act>
            )}
            <Act icon={<Filter size={13} aria-hidden />} onClick={() => only({ types: [fact.type] })}>
              Only this type
            </Act>
            <Act icon={<Filter size={13} aria-hidden />} onClick={() => only({ source: fact.source })}>
              Only this source
            </Act>
            <Act icon={<History size={13} aria-hidden />} onClick={() => only({ until: new Date(Date.parse(fact.timestamp) + AROUND_MS).toISOString() })}>
              What led to it
            </Act>
            <CopyButton text={() => JSON.stringify(fact, null, 2)} icon={Braces}>
              Copy JSON
            </CopyButton>
          </div>
        </div>
      </div>
    </section>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="figure min-w-0 break-words text-text">
        {children}
      </dd>
    </>
  );
}

function Act({ icon, onClick, children }: { icon: ReactNode; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="quiet" onClick={onClick}>
      {icon}
      {children}
    </button>
  );
}
