/** The chart above the feed: how much happened when, over a span of one's choice. */

import { useMemo, useState } from "react";

import { Problem } from "../../components/Problem";
import { Segmented } from "../../components/Segmented";
import { ApiError } from "../../connection/http";
import type { ActivityFact } from "../../state/activity";
import { useNow } from "../../state/now";
import { filterQuery, type Filters } from "./filters";
import { bars as barsOf, barWidth, total, type Window } from "./steps";
import { HEIGHT, TimelineChart, useWidth } from "./TimelineChart";
import { SPANS, useCounts, windowOf, type Span } from "./counts";

/** Pixels a bar takes with its gap. */
const BAR = 8;

interface Props {
  filters: Filters;
  /** The newest first: those that the server has not counted yet are among the first. */
  rows: readonly ActivityFact[];
  /** Where a playback stands. */
  cursor: number | null;
  onChange: (filters: Filters) => void;
}

export function Timeline({ filters, rows, cursor, onChange }: Props) {
  const [span, setSpan] = useState<Span>("3600");
  const { frame, width } = useWidth();
  const query = useCounts(filters, span);
  const counted = query.data;
  const live = useMemo(() => {
    if (counted === undefined || filters.until !== "") return [];
    // One form of time everywhere, so that texts compare as the times do.
    const until = new Date(counted.until).toISOString();
    const end = rows.findIndex((fact) => fact.timestamp < until);
    return rows.slice(0, end < 0 ? rows.length : end);
  }, [rows, counted, filters.until]);
  const { now, step } = useStep(filters, span, width, counted?.stepS ?? 1);
  const window = useMemo(() => windowOf(filters, span, now), [filters, span, now]);
  const bars = useMemo(() => barsOf(counted?.steps ?? [], live, window, step), [counted, live, window, step]);
  const picked = pickedOf(filters, window);
  const sum = bars.reduce((all, bar) => all + total(bar.counts), 0);
  const set = (since: number | null, until: number): void =>
    onChange({ ...filters, since: since === null ? "" : new Date(since).toISOString(), until: new Date(until).toISOString() });
  return (
    <section aria-label="Over time" className="hairline-b shrink-0 px-4 pt-2 pb-1">
      <div className="mb-1.5 flex items-baseline gap-2">
        <span className="figure text-text">{counted === undefined ? "–" : sum.toLocaleString("en-US").replaceAll(",", "\u202f")}</span>
        <span className="text-faint">{sum === 1 ? "event" : "events"}{counted?.countedFrom != null && counted.countedFrom > window.from ? ", older ones not counted" : ""}</span>
        <span className="ml-auto">
          <Segmented label="Span of the chart" value={span} options={SPANS} onChoose={setSpan} />
        </span>
      </div>
      {/* An expression that is refused is told at its field. */}
      {query.isError && !(query.error instanceof ApiError && query.error.status === 400) && <Problem what="The chart could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
      <div ref={frame} style={{ minHeight: HEIGHT + 14 }}>
        {width > 0 && (
          <TimelineChart
            key={filterQuery({ ...filters, since: "", until: "" })}
            bars={bars}
            window={window}
            picked={picked}
            countedFrom={counted?.countedFrom ?? null}
            cursor={cursor}
            width={width}
            onPick={({ from, to }) => set(from, to)}
            onJump={(to) => set(null, to)}
          />
        )}
      </div>
    </section>
  );
}

/** The window moves in whole bars, so that bars do not creep. */
function useStep(filters: Filters, span: Span, width: number, stepS: number): { now: number; step: number } {
  const second = useNow();
  const length = windowOf(filters, span, second);
  const step = barWidth(length, width / BAR, stepS);
  return { now: Math.ceil(second / step) * step, step };
}

function pickedOf(filters: Filters, window: Window): Window | null {
  if (filters.since === "" && filters.until === "") return null;
  return { from: filters.since === "" ? window.from : Date.parse(filters.since), to: filters.until === "" ? window.to : Date.parse(filters.until) };
}
