/** What went wrong on the way in: refused alerts, those that nobody understood, silences, and states over time. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Segment } from "../../components/charts/segments";
import type { ListedSignal, Reject, Silence, StateSpan } from "../../connection/api";
import { ask } from "../../connection/ask";
import { useRefresh } from "../../state/refresh";

const PAGE = "200";

interface Page<T> {
  items: T[];
  next: string | null;
}

interface Place {
  limit: string;
  cursor?: string;
}

/** All pages of a list as one, asked for as far as it is scrolled. */
function usePages<T>(name: string, filters: Readonly<Record<string, string>>, fetch: (place: Place, signal: AbortSignal) => Promise<Page<T>>) {
  const query = useInfiniteQuery({
    queryKey: [name, filters],
    queryFn: ({ pageParam, signal }) => fetch({ ...filters, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { query, rows };
}

export function useRejects(source: string, code: string) {
  useRefresh("rejects", ({ type }) => type === "signal_rejected");
  const filters = { ...(source === "" ? {} : { source }), ...(code === "" ? {} : { code }) };
  return usePages<Reject>("rejects", filters, (query, signal) => ask("GET /api/rejects", { query, signal }));
}

export function useGaps(source: string) {
  useRefresh("gaps", ({ type }) => type === "signal_gap_alert");
  return usePages<Silence>("gaps", source === "" ? {} : { source }, (query, signal) => ask("GET /api/gaps", { query, signal }));
}

/** Accepted, harmless and not understood: what a field mapping may teach. */
export function useUnrecognised() {
  useRefresh("unrecognised", ({ type, data }) => type === "signal_received" && data["kind"] === "info");
  return useQuery({
    queryKey: ["unrecognised"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<ListedSignal[]> => {
      const { items } = await ask("GET /api/signals", { query: { kind: "info", limit: PAGE }, signal });
      return items.filter((row) => row.reasons.some((reason) => reason.code === "unrecognised"));
    },
  });
}

const LOOKS = { live: "good", silent: "bad", closed: "idle", unknown: "unknown" } as const;
const WHY = { not_watched: "unknown, nobody watched", never_heard: "unknown, never heard", learning: "unknown, its rhythm was not learned yet" } as const;

export interface States {
  from: number;
  to: number;
  bySource: ReadonlyMap<string, Segment[]>;
}

export function segment(span: StateSpan): Segment {
  const name = span.state === "unknown" && span.reason !== null ? WHY[span.reason] : span.state;
  return { from: Date.parse(span.from), to: Date.parse(span.to), glow: LOOKS[span.state], name };
}

const RENEW_MS = 30_000;

export function useStates(hours: number) {
  useRefresh("states", ({ type, data }) => type === "signal_gap_alert" || (type === "source_update" && data["change"] !== "saved"));
  return useQuery({
    queryKey: ["states", hours],
    refetchInterval: RENEW_MS,
    queryFn: async ({ signal }): Promise<States> => {
      const from = new Date(Date.now() - hours * 3_600_000).toISOString();
      const told = await ask("GET /api/webhook/timeline", { query: { from }, signal });
      return { from: Date.parse(told.from), to: Date.parse(told.to), bySource: new Map(told.items.map((one) => [one.source, one.segments.map(segment)])) };
    },
  });
}
