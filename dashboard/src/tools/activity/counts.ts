/** The chart's counts: asked of the server for a span, and carried on with what comes by the link. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { ask } from "../../connection/ask";
import { useDesk } from "../../state/desk";
import { filterParams, type Filters } from "./filters";
import { byLoudness, type Step, type Window } from "./steps";

export const SPANS = [
  ["900", "15 min"],
  ["3600", "1 h"],
  ["21600", "6 h"],
  ["86400", "1 d"],
  ["604800", "7 d"],
] as const;
export type Span = (typeof SPANS)[number][0];

/** The window moves on with live facts; the counts are asked for again before those are many. */
const RENEW_MS = 20_000;

export interface Counted {
  steps: readonly Step[];
  stepS: number;
  /** What lies before was not counted, milliseconds; null: all was. */
  countedFrom: number | null;
  /** Up to here the server counted; live facts go on from here. */
  until: number;
}

async function fetchCounts(filters: Filters, window: Window, signal: AbortSignal): Promise<Counted> {
  const query = { ...Object.fromEntries(filterParams(filters, false)), since: new Date(window.from).toISOString(), until: new Date(window.to).toISOString() };
  const told = await ask("GET /api/activity/timeline", { query, signal });
  return {
    steps: told.items.map((one) => ({ at: Date.parse(one.at), counts: byLoudness(one.counts) })),
    stepS: told.step_s,
    countedFrom: told.counted_from === null ? null : Date.parse(told.counted_from),
    until: window.to,
  };
}

/** What the chart shows: the last `span` seconds, or the time that the filter names with some room around it. */
export function windowOf(filters: Filters, span: Span, now: number): Window {
  const from = filters.since === "" ? null : Date.parse(filters.since);
  // What lies ahead holds nothing to draw.
  const to = filters.until === "" ? null : Math.min(now, Date.parse(filters.until));
  const length = Number(span) * 1_000;
  if (to === null) return { from: from === null ? now - length : Math.min(from, now - length), to: now };
  if (from === null) return { from: to - length * 0.75, to: Math.min(now, to + length * 0.25) };
  const room = Math.max(10_000, (to - from) * 0.25);
  return { from: from - room, to: Math.min(now, to + room) };
}

export function useCounts(filters: Filters, span: Span) {
  const generation = useDesk((desk) => desk.generation);
  // A filter by expression changes with every key typed; the span's place in time is part of the answer, not of the key.
  const key = useMemo(() => ["activity-timeline", filterParams(filters).toString(), span, generation], [filters, span, generation]);
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => fetchCounts(filters, windowOf(filters, span, Date.now()), signal),
    refetchInterval: RENEW_MS,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}
