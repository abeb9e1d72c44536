/** The cells of a fact, shared by the table and the cards. */

import type { Column } from "../../components/table/column";
import { Time } from "../../components/Time";
import type { ActivityFact } from "../../state/activity";
import { LEVEL_COLOUR, sign } from "./words";

export function Level({ level }: { level: string }) {
  return <span className={LEVEL_COLOUR[level] ?? "text-muted"}>{level === "INFO" ? "" : level.toLowerCase()}</span>;
}

export function Kind({ fact }: { fact: ActivityFact }) {
  const { name, icon: Icon } = sign(fact);
  const loud = fact.level === "WARNING" || fact.level === "ERROR" || fact.level === "CRITICAL";
  return (
    <span className="inline-flex max-w-full items-baseline gap-2" title={fact.type}>
      <Icon size={14} aria-hidden className={`relative top-0.5 shrink-0 ${loud ? LEVEL_COLOUR[fact.level] : "text-faint"}`} />
      <span className="truncate">{name}</span>
    </span>
  );
}

/** Many facts share a second: their order is told by its thousandths. */
function Moment({ at }: { at: string }) {
  return (
    <span className="inline-flex">
      <Time at={at} />
      <span className="figure text-faint">{at.slice(19, 23)}</span>
    </span>
  );
}

export function Message({ fact }: { fact: ActivityFact }) {
  return (
    <span title={fact.message} className={fact.level === "DEBUG" ? "text-faint" : ""}>
      {fact.message}
    </span>
  );
}

/** With less there is no room for the message beside its source, pixels. */
export const ONE_LINE_FROM = 900;

export const columns: readonly Column<ActivityFact>[] = [
  { id: "time", title: "Time", width: "132px", narrow: "128px", cell: (fact) => <Moment at={fact.timestamp} /> },
  { id: "type", title: "What", width: "142px", narrow: "136px", tight: "minmax(128px, 1fr)", cell: (fact) => <Kind fact={fact} /> },
  { id: "level", title: "Level", width: "60px", cell: (fact) => <Level level={fact.level} /> },
  { id: "source", title: "Source", width: "124px", narrow: "112px", tight: "minmax(112px, 160px)", cell: (fact) => <span className="text-muted" title={fact.source}>{fact.source}</span> },
  { id: "symbol", title: "Symbol", width: "112px", narrow: "96px", cell: (fact) => <span className="font-semibold">{fact.symbol}</span> },
  { id: "message", title: "Message", width: "minmax(200px, 1fr)", under: "3 / -1", cell: (fact) => <Message fact={fact} /> },
];

/** A card's usual height on a phone, pixels. */
export const CARD = 64;

export function FactCard({ fact }: { fact: ActivityFact }) {
  return (
    <>
      <span className="flex w-full items-baseline gap-2 whitespace-nowrap">
        <Kind fact={fact} />
        <span className="min-w-0 truncate font-semibold">{fact.symbol}</span>
        <Level level={fact.level} />
        <span className="ml-auto shrink-0 text-muted">
          <Time at={fact.timestamp} />
        </span>
      </span>
      <span className="line-clamp-2 w-full text-muted">{fact.message}</span>
      <span className="text-[11px] text-faint">{fact.source}</span>
    </>
  );
}
