/** Live signals: every alert as one row with its whole journey. */

import { ArrowUp, Pause, Play, Plug } from "lucide-react";
import { useCallback, useMemo, useState } from "react";

import { useHold } from "../../components/hold";
import { Page } from "../../components/Page";
import { Problem } from "../../components/Problem";
import { useCommands } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { go, usePath, useQueryText } from "../../state/location";
import { FilterBar } from "./FilterBar";
import { filterQuery, isFiltered, readFilters, type Filters } from "./filters";
import { useHistory } from "./history";
import { Linked } from "./Linked";
import { holdBack, mergeRows, symbolsOf } from "./merge";
import { Onboarding } from "./Onboarding";
import { SignalList } from "./SignalList";

export default function SignalsPage() {
  const openId = useOpenId();
  const queryText = useQueryText();
  const filters = useMemo(() => readFilters(queryText), [queryText]);
  const live = useDesk((desk) => desk.signals);
  const known = useDesk((desk) => desk.known);
  const stale = useDesk((desk) => desk.link.phase === "offline" || desk.link.phase === "ended");
  const { query, items } = useHistory(filters);
  const rows = useMemo(() => mergeRows(live, items, filters), [live, items, filters]);
  const newest = rows[0]?.seq ?? 0;
  const hold = useHold(newest);
  const { shown, waiting } = useMemo(() => holdBack(rows, hold.at), [rows, hold.at]);
  const symbols = useMemo(() => symbolsOf(rows), [rows]);
  const [setup, setSetup] = useState(false);
  const onToggle = useCallback((id: string) => go(`/signals${id === openId ? "" : `/${id}`}${location.search}`, { replace: true }), [openId]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  usePageCommands(hold.toggle, setSetup);

  const empty = rows.length === 0;
  const loading = empty && query.isPending && !query.isError;
  const first = empty && !isFiltered(filters) && query.isSuccess && known;
  return (
    <Page
      title="Live signals"
      fill
      stackBelow={940}
      controls={!first && <FilterBar filters={filters} symbols={symbols} onChange={showFiltered} />}
      actions={
        <div className={`flex items-center gap-2 ${first ? "invisible" : ""}`}>
          <button type="button" className="control" data-on={hold.paused} aria-pressed={hold.paused} onClick={hold.toggle} title="Hold the list still (p)">
            {hold.paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
            {hold.paused ? `Paused · ${waiting} waiting` : "Pause"}
          </button>
          <button type="button" className="control" aria-expanded={setup} onClick={() => setSetup((now) => !now)}>
            <Plug size={13} aria-hidden />
            Connect
          </button>
        </div>
      }
    >
        {query.isError && <Problem what="History could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
        {loading && <p role="status" className="px-4 py-3 text-muted">Loading signals…</p>}
        {empty && !loading && isFiltered(filters) && <p className="px-4 py-3 text-muted">No signal matches these filters.</p>}
        {(first || setup) && (
          <div className="min-h-0 shrink overflow-y-auto">
            <Onboarding onClose={first ? null : () => setSetup(false)} />
          </div>
        )}
        {openId !== null && !shown.some((row) => row.id === openId) && <Linked id={openId} settled={!loading} />}
        {!setup && waiting > 0 && !hold.paused && (
          <button type="button" className="control control-primary absolute top-10 left-1/2 z-10 -translate-x-1/2 bg-lifted!" onClick={hold.release}>
            <ArrowUp size={13} aria-hidden />
            {waiting === 1 ? "1 new signal" : `${waiting} new signals`}
          </button>
        )}
        {!empty && !setup && (
          <SignalList key={hold.top} rows={shown} openId={openId} onToggle={onToggle} onEnd={onEnd} onScrolled={hold.scrolled} stale={stale} />
        )}
        {isFetchingNextPage && <p role="status" className="hairline-t px-4 py-1 text-faint">Loading older signals…</p>}
    </Page>
  );
}

function showFiltered(filters: Filters): void {
  go(location.pathname + filterQuery(filters), { replace: true });
}

/** `/signals/<id>` opens that signal. */
function useOpenId(): string | null {
  const [, , id] = usePath().split("/");
  return id === undefined || id === "" ? null : decodeURIComponent(id);
}

function usePageCommands(togglePause: () => void, setSetup: (open: boolean) => void): void {
  useCommands(
    useMemo(
      () => [
        { id: "pause", label: "Pause or resume the list", group: "Live signals", keys: "p", run: togglePause },
        { id: "search", label: "Search the signals", group: "Live signals", keys: "/", run: () => document.querySelector<HTMLElement>("[data-filter=text]")?.focus() },
        { id: "setup", label: "Connect TradingView, send a test alert", group: "Live signals", run: () => setSetup(true) },
        ...(["take", "reduce", "skip", "unscored"] as const).map((verdict) => ({
          id: `verdict-${verdict}`,
          label: `Show only: ${verdict}`,
          group: "Live signals",
          run: () => go(`/signals?verdict=${verdict}`),
        })),
        { id: "clear", label: "Clear the filters", group: "Live signals", run: () => go("/signals") },
      ],
      [togglePause, setSetup],
    ),
  );
}
