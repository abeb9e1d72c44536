/** Pages of history by keyset cursor, and one signal's whole journey. */

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { isRecord } from "../../connection/envelope";
import { call } from "../../connection/http";
import type { SignalRow } from "../../events";
import { useDesk, type SignalItem } from "../../state/desk";
import { onFact } from "../../state/follow";
import { number, readItems, readRow, text } from "../../state/read";
import { filterQuery, type Filters } from "./filters";

const PAGE = 200;

interface Page {
  items: SignalItem[];
  next: string | null;
}

async function fetchPage(filters: Filters, cursor: string | null, signal: AbortSignal): Promise<Page> {
  const query = new URLSearchParams(filterQuery(filters));
  query.set("limit", String(PAGE));
  if (cursor !== null) query.set("cursor", cursor);
  const answer = await call(`/api/signals?${query.toString()}`, { signal });
  if (!isRecord(answer)) return { items: [], next: null };
  return { items: readItems(answer["items"]), next: text(answer, "next") };
}

export function useHistory(filters: Filters) {
  const client = useQueryClient();
  const generation = useDesk((desk) => desk.generation);
  // A snapshot means that the link could not go on from where it was: every page may be out of date.
  useEffect(() => {
    if (generation > 1) void client.invalidateQueries({ queryKey: ["signals"] });
  }, [client, generation]);
  const query = useInfiniteQuery({
    queryKey: ["signals", filters],
    queryFn: ({ pageParam, signal }) => fetchPage(filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { query, items };
}

export interface Step {
  at: string | null;
  step: string;
  text: string;
  ms: number | null;
}

export interface WholeSignal {
  row: SignalRow;
  raw: string | null;
  steps: Step[];
  children: SignalRow[];
}

async function fetchSignal(id: string, signal: AbortSignal): Promise<WholeSignal> {
  const answer = await call(`/api/signals/${encodeURIComponent(id)}`, { signal });
  const row = isRecord(answer) ? readRow(answer, null) : null;
  if (!isRecord(answer) || row === null) throw new TypeError("the answer holds no signal");
  const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
  return {
    row,
    raw: text(answer, "raw"),
    steps: records(answer["journey"]).map((one) => ({
      at: text(one, "at"),
      step: text(one, "step") ?? "",
      text: text(one, "text") ?? "",
      ms: number(one, "ms"),
    })),
    children: records(answer["children"]).flatMap((one) => readRow(one, null) ?? []),
  };
}

/** The journey of one signal; asked again whenever a fact touches it or one of its updates and exits. */
export function useSignal(id: string) {
  const client = useQueryClient();
  useEffect(
    () =>
      onFact(({ data }) => {
        if (data["id"] === id || data["parent_id"] === id || data["signal_id"] === id)
          void client.invalidateQueries({ queryKey: ["signal", id] });
      }),
    [client, id],
  );
  return useQuery({ queryKey: ["signal", id], queryFn: ({ signal }) => fetchSignal(id, signal), retry: 1 });
}

export interface Setup {
  url: string;
  curl: string;
  template: string;
}

/** Where alerts go and what to paste; null for a principal that may not see the webhook's token. */
export function useSetup() {
  return useQuery({
    queryKey: ["setup"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Setup | null> => {
      const answer = await call("/api/webhook/health", { signal });
      const setup = isRecord(answer) && isRecord(answer["setup"]) ? answer["setup"] : null;
      if (setup === null) return null;
      const part = (key: string): string => (typeof setup[key] === "string" ? setup[key] : JSON.stringify(setup[key] ?? "", null, 2));
      return { url: part("url"), curl: part("curl"), template: part("template") };
    },
  });
}
