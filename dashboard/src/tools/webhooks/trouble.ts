/** What went wrong on the way in: refused alerts, those that nobody understood, silences, and states over time. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Segment } from "../../components/charts/segments";
import { isRecord } from "../../connection/envelope";
import { call } from "../../connection/http";
import type { SignalRow } from "../../events";
import { number, readRow, text } from "../../state/read";
import { useRefresh } from "../../state/refresh";

const PAGE = 200;

export interface Reject {
  seq: number;
  at: string;
  source: string;
  code: string;
  message: string;
  hint: string;
  raw: string;
}

export interface Gap {
  seq: number;
  source: string;
  symbol: string | null;
  interval: string | null;
  since: string;
  /** null while it lasts. */
  until: string | null;
  missed: number | null;
  everyS: number | null;
}

function items(answer: unknown): Record<string, unknown>[] {
  return isRecord(answer) && Array.isArray(answer["items"]) ? answer["items"].filter(isRecord) : [];
}

/** All pages of a list as one, asked for as far as it is scrolled. */
function usePages<T>(name: string, path: string, read: (raw: Record<string, unknown>) => T | null) {
  const query = useInfiniteQuery({
    queryKey: [name, path],
    queryFn: async ({ pageParam, signal }) => {
      const answer = await call(`${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}${pageParam === null ? "" : `&cursor=${pageParam}`}`, { signal });
      return { items: items(answer).flatMap((one) => read(one) ?? []), next: isRecord(answer) ? text(answer, "next") : null };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { query, rows };
}

function readReject(raw: Record<string, unknown>): Reject {
  return {
    seq: number(raw, "seq") ?? 0,
    at: text(raw, "at") ?? "",
    source: text(raw, "source") ?? "",
    code: text(raw, "code") ?? "",
    message: text(raw, "message") ?? "",
    hint: text(raw, "hint") ?? "",
    raw: text(raw, "raw") ?? "",
  };
}

export function useRejects(source: string, code: string) {
  useRefresh("rejects", ({ type }) => type === "signal_rejected");
  const query = new URLSearchParams({ ...(source === "" ? {} : { source }), ...(code === "" ? {} : { code }) }).toString();
  return usePages("rejects", `/api/rejects${query === "" ? "" : `?${query}`}`, readReject);
}

function readGap(raw: Record<string, unknown>): Gap {
  return {
    seq: number(raw, "seq") ?? 0,
    source: text(raw, "source") ?? "",
    symbol: text(raw, "symbol"),
    interval: text(raw, "interval"),
    since: text(raw, "since") ?? "",
    until: text(raw, "until"),
    missed: number(raw, "missed"),
    everyS: number(raw, "expected_every_s"),
  };
}

export function useGaps(source: string) {
  useRefresh("gaps", ({ type }) => type === "signal_gap_alert");
  return usePages("gaps", `/api/gaps${source === "" ? "" : `?source=${encodeURIComponent(source)}`}`, readGap);
}

/** Accepted, harmless and not understood: what a field mapping may teach. */
export function useUnrecognised() {
  useRefresh("unrecognised", ({ type, data }) => type === "signal_received" && data["kind"] === "info");
  return useQuery({
    queryKey: ["unrecognised"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<SignalRow[]> => {
      const answer = await call(`/api/signals?kind=info&limit=${PAGE}`, { signal });
      const rows = items(answer).flatMap((one) => readRow(one, null) ?? []);
      return rows.filter((row) => row.reasons.some((reason) => reason.code === "unrecognised"));
    },
  });
}

const LOOKS = { live: "good", silent: "bad", closed: "idle", unknown: "unknown" } as const;
const WHY: Record<string, string> = { not_watched: "unknown, nobody watched", never_heard: "unknown, never heard", learning: "unknown, its rhythm was not learned yet" };

export interface States {
  from: number;
  to: number;
  bySource: ReadonlyMap<string, Segment[]>;
}

export function readSegment(raw: Record<string, unknown>): Segment {
  const state = text(raw, "state") ?? "unknown";
  const glow = state in LOOKS ? LOOKS[state as keyof typeof LOOKS] : "unknown";
  return { from: Date.parse(text(raw, "from") ?? ""), to: Date.parse(text(raw, "to") ?? ""), glow, name: glow === "unknown" ? (WHY[text(raw, "reason") ?? ""] ?? "unknown") : state };
}

const RENEW_MS = 30_000;

export function useStates(hours: number) {
  useRefresh("states", ({ type, data }) => type === "signal_gap_alert" || (type === "source_update" && data["change"] !== "saved"));
  return useQuery({
    queryKey: ["states", hours],
    refetchInterval: RENEW_MS,
    queryFn: async ({ signal }): Promise<States> => {
      const from = new Date(Date.now() - hours * 3_600_000).toISOString();
      const answer = await call(`/api/webhook/timeline?from=${from}`, { signal });
      if (!isRecord(answer)) throw new TypeError("the answer holds no states");
      return {
        from: Date.parse(text(answer, "from") ?? ""),
        to: Date.parse(text(answer, "to") ?? ""),
        bySource: new Map(items(answer).map((one) => [text(one, "source") ?? "", (Array.isArray(one["segments"]) ? one["segments"] : []).filter(isRecord).map(readSegment)])),
      };
    },
  });
}
