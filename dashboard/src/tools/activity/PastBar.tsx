/** Says that the feed stands in the past, and leads on or back to now. */

import { ArrowUpToLine, ChevronUp, Play } from "lucide-react";
import { useState } from "react";

import { Choose } from "../../components/Choose";
import { Time } from "../../components/Time";
import { ask } from "../../connection/ask";
import { filterParams, matches, type Filters } from "./filters";
import { SPEEDS } from "./replay";

const LATER = 100;

/** The time up to which the next facts after `seq` are shown; null when there are none. */
async function later(filters: Filters, seq: number): Promise<string | null> {
  const wanted = Object.fromEntries(filterParams({ ...filters, kinds: [], levels: [], since: "", until: "" }));
  const { items: found } = await ask("GET /api/events", { query: { ...wanted, after: String(seq), limit: String(LATER), passing: "none" } });
  const last = found.findLast((fact) => matches(fact, { ...filters, q: "", regex: "", until: "" }, null)) ?? found.at(-1);
  return last === undefined ? null : new Date(Date.parse(last.timestamp) + 1).toISOString();
}

interface Props {
  filters: Filters;
  /** The newest fact that is shown; 0 when none is. */
  newest: number;
  onChange: (filters: Filters) => void;
  /** Tells the period again, so many times as fast as it happened. */
  onPlay: (speed: number) => void;
}

export function PastBar({ filters, newest, onChange, onPlay }: Props) {
  const [asking, setAsking] = useState(false);
  const [speed, setSpeed] = useState("5");
  const now = (): void => onChange({ ...filters, since: "", until: "" });
  const goOn = (): void => {
    setAsking(true);
    later(filters, newest)
      .then((until) => (until === null ? now() : onChange({ ...filters, since: "", until })))
      .catch(() => undefined) // The connection's light says why; the button is there again.
      .finally(() => setAsking(false));
  };
  return (
    <div role="status" data-past className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-accent/40 bg-accent-ground px-4 py-1">
      <span>
        <span className="font-semibold">The past</span>
        {filters.since !== "" && (
          <>
            {" "}
            from <Time at={filters.since} />
          </>
        )}{" "}
        up to <Time at={filters.until} />
      </span>
      <span className="ml-auto flex flex-wrap gap-1">
        <Choose label="Speed" optional={false} value={speed} options={SPEEDS.map((one) => ({ value: one, label: `${one} ×` }))} onChoose={setSpeed} />
        <button type="button" className="quiet" onClick={() => onPlay(Number(speed))}>
          <Play size={13} aria-hidden />
          {filters.since === "" ? "Play from here" : "Play it back"}
        </button>
        <button type="button" className="quiet" disabled={asking || newest === 0} onClick={goOn}>
          <ChevronUp size={13} aria-hidden />
          What came next
        </button>
        <button type="button" className="quiet text-accent!" onClick={now}>
          <ArrowUpToLine size={13} aria-hidden />
          Back to now
        </button>
      </span>
    </div>
  );
}
