/** Activity: everything that happens on the desk as it happens, and everything that ever did. */

import { ArrowUp, Download, Pause, Play } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { CopyButton } from "../../components/CopyButton";
import { useHold } from "../../components/hold";
import { Page } from "../../components/Page";
import { Problem } from "../../components/Problem";
import { Empty, Loading } from "../../components/States";
import { ApiError } from "../../connection/http";
import type { ActivityFact } from "../../state/activity";
import { useCommands } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { go, useQueryText } from "../../state/location";
import { usePhone } from "../../state/media";
import { FeedList } from "./FeedList";
import { holdBack, named } from "./feed";
import { FilterBar } from "./FilterBar";
import { filterParams, filterQuery, isFiltered, readFilters, type Filters } from "./filters";
import { useFeed } from "./history";
import { Jump } from "./Jump";
import { PastBar } from "./PastBar";
import { Presets } from "./Presets";
import { ReplayBar } from "./ReplayBar";
import { useReplay } from "./replay";
import { Scripts } from "./Scripts";
import { Timeline } from "./Timeline";
import { tabbed } from "./words";

/** After so many pages in vain the search asks before it goes on. */
const PATIENCE = 10;
/** Up to so many rows each new one may bring a name to choose. */
const FEW = 200;
/** The playback of what happened lately: so far back, so many times as fast. */
const LATELY_MS = 15 * 60_000;
const LATELY_SPEED = 20;

function show(filters: Filters): void {
  go(`/activity${filterQuery(filters)}`, { replace: true });
}

/** A step to another time is one that Back takes again; a letter typed into a filter is none. */
function visit(filters: Filters): void {
  go(`/activity${filterQuery(filters)}`);
}

export default function ActivityPage() {
  const queryText = useQueryText();
  const filters = useMemo(() => readFilters(queryText), [queryText]);
  const phone = usePhone();
  const stale = useDesk((desk) => desk.link.phase === "offline" || desk.link.phase === "ended");
  const { query, rows, past, serverOnly } = useFeed(filters);
  const { replay, begin, steer, close } = useReplay(filters);
  const hold = useHold(rows[0]?.seq ?? 0);
  const { shown, waiting } = useMemo(() => holdBack(rows, past ? null : hold.at), [rows, past, hold.at]);
  const first = query.data?.pages.at(0)?.head ?? 0;
  const since = useArrivals(first);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const searching = useSearch(rows, query.data?.pages.length ?? 0, hasNextPage && !isFetchingNextPage, fetchNextPage);
  useFeedCommands(hold.toggle, useLatest(() => begin(new Date(Date.now() - LATELY_MS).toISOString(), null, LATELY_SPEED)));
  const refused = query.error instanceof ApiError && query.error.status === 400 ? query.error : null;
  const taking = (
    <>
      <CopyButton className="control shrink-0" text={() => shown.map(tabbed).join("\n")}>
        Copy
      </CopyButton>
      <a className="control shrink-0" href={`/api/activity/export.csv?${filterParams(filters).toString()}`} download title="What is filtered, as CSV">
        <Download size={13} aria-hidden />
        Export
      </a>
    </>
  );
  const jump = (to: number): void => visit({ ...filters, since: "", until: new Date(to).toISOString() });

  return (
    <Page
      title="Activity"
      fill
      stackBelow={1280}
      controls={<FilterBar key={`${filters.regex !== ""}`} filters={filters} sources={useNames(rows, "source")} symbols={useNames(rows, "symbol")} refused={refused?.message ?? null} onChange={show}>{phone && taking}</FilterBar>}
      actions={
        <>
          <Jump onJump={jump} />
          {!phone && taking}
          <button type="button" className="control" data-on={hold.paused} aria-pressed={hold.paused} disabled={past} onClick={hold.toggle} title="Hold the feed still (p)">
            {hold.paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
            {hold.paused ? `Paused · ${waiting} waiting` : "Pause"}
          </button>
        </>
      }
    >
      <Timeline filters={filters} rows={rows} cursor={replay === null ? null : Date.parse(replay.at)} onChange={show} />
      <Scripts filters={filters} onChange={show} />
      <div className="shrink-0 px-4 py-1 empty:hidden">
        <Presets filters={filters} onChange={show} />
      </div>
      {past && replay === null && (
        <PastBar filters={filters} newest={rows[0]?.seq ?? 0} onChange={show} onPlay={(speed) => (filters.since === "" ? begin(filters.until, null, speed) : begin(filters.since, filters.until, speed))} />
      )}
      {replay !== null && <ReplayBar replay={replay} onSteer={steer} onClose={close} />}
      {serverOnly && refused === null && <p className="shrink-0 px-4 py-1 text-faint">The server matches this expression: new events follow within a second.</p>}
      {refused !== null && (
        <p role="alert" className="px-4 py-2 text-muted">
          <span className="text-error">{refused.message}</span> {refused.hint}
        </p>
      )}
      {query.isError && refused === null && <Problem what="The feed could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
      <div className="relative flex min-h-0 flex-1 flex-col">
        {replay !== null && <Replayed facts={replay.facts} over={replay.ended !== null} />}
        {replay === null && waiting > 0 && !hold.paused && (
          <button type="button" className="control control-primary absolute top-10 left-1/2 z-10 -translate-x-1/2 bg-lifted!" onClick={hold.release}>
            <ArrowUp size={13} aria-hidden />
            {waiting === 1 ? "1 new event" : `${waiting} new events`}
          </button>
        )}
        {replay === null && shown.length > 0 && <FeedList key={hold.top} rows={shown} since={since} onEnd={onEnd} onScrolled={hold.scrolled} stale={stale} />}
        {replay === null && shown.length === 0 && !query.isError && (
          <div className="px-4">
            {query.isPending || searching.busy ? (
              <Loading what="the feed" />
            ) : searching.stopped ? (
              <Empty title="Nothing that matches so far.">
                <button type="button" className="control" onClick={searching.goOn}>
                  Look further back
                </button>
              </Empty>
            ) : (
              <Nothing filters={filters} />
            )}
          </div>
        )}
        {replay === null && isFetchingNextPage && shown.length > 0 && <p role="status" className="hairline-t px-4 py-1 text-faint">Loading older events…</p>}
      </div>
    </Page>
  );
}

const ignore = (): void => undefined;

function Replayed({ facts, over }: { facts: readonly ActivityFact[]; over: boolean }) {
  if (facts.length > 0) return <FeedList rows={facts} since={Number.POSITIVE_INFINITY} onEnd={ignore} onScrolled={ignore} stale={false} />;
  return <div className="px-4">{over ? <Empty title="Nothing happened in this time.">The filters narrow a playback too.</Empty> : <Loading what="what happened then" />}</div>;
}

/** The same function for good, which does what the newest one would. */
function useLatest(run: () => void): () => void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  return useCallback(() => latest.current(), []);
}

function Nothing({ filters }: { filters: Filters }) {
  if (filters.until !== "") return <Empty title={isFiltered({ ...filters, since: "", until: "" }) ? "Nothing that matches had happened by then." : "Nothing had happened by then."}>Jump to a later time, or go back to now.</Empty>;
  if (isFiltered(filters)) return <Empty title="Nothing matches these filters.">New events that match appear here by themselves.</Empty>;
  return (
    <Empty title="Nothing has happened yet.">
      The first alert, script line or changed setting appears here.{" "}
      <a href="/webhooks" className="text-accent underline">
        Connect TradingView
      </a>
    </Empty>
  );
}

/** What is newer than the first page that was read arrived in this page. */
function useArrivals(head: number): number {
  const [since, setSince] = useState(head);
  if (since === 0 && head > 0) setSince(head);
  return since === 0 ? Number.POSITIVE_INFINITY : since;
}

/** The server looks at a bounded piece of the journal at a time: an empty list goes on by itself, for a while. */
function useSearch(rows: readonly ActivityFact[], pages: number, more: boolean, fetchNext: () => unknown) {
  const [patience, setPatience] = useState(PATIENCE);
  const wanted = rows.length === 0 && more;
  const going = wanted && pages < patience;
  useEffect(() => {
    if (going) fetchNext();
  }, [going, pages, fetchNext]);
  return { busy: going, stopped: wanted && !going, goOn: () => setPatience(pages + PATIENCE) };
}

function useNames(rows: readonly ActivityFact[], field: "source" | "symbol"): string[] {
  // The names of a long list are looked for again only when it has grown by some.
  const size = rows.length < FEW ? rows.length : Math.floor(rows.length / FEW);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => named(rows, (fact) => fact[field]), [size, field]);
}

function useFeedCommands(togglePause: () => void, playLately: () => void): void {
  useCommands(
    useMemo(
      () => [
        { id: "pause", label: "Pause or resume the feed", group: "Activity", keys: "p", run: togglePause },
        { id: "search", label: "Search the activity", group: "Activity", keys: "/", run: () => document.querySelector<HTMLElement>("[data-filter]")?.focus() },
        { id: "jump", label: "Jump to a time", group: "Activity", keys: "j", run: () => document.querySelector<HTMLElement>("[data-jump]")?.focus() },
        { id: "playback", label: "Play back the last 15 minutes", group: "Activity", run: playLately },
        { id: "clear", label: "Clear the filters, back to now", group: "Activity", run: () => go("/activity") },
      ],
      [togglePause, playLately],
    ),
  );
}
