/** Pages of history by keyset cursor, and one signal's whole journey. */

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import type { Signals } from "../../connection/api";
import { ask } from "../../connection/ask";
import { useDesk } from "../../state/desk";
import { onFact } from "../../state/follow";
import { filterQuery, type Filters } from "./filters";

const PAGE = 200;

async function fetchPage(filters: Filters, cursor: string | null, signal: AbortSignal): Promise<Signals> {
  const query = { ...Object.fromEntries(new URLSearchParams(filterQuery(filters))), limit: String(PAGE), ...(cursor === null ? {} : { cursor }) };
  return ask("GET /api/signals", { query, signal });
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
  return useQuery({ queryKey: ["signal", id], queryFn: ({ signal }) => ask("GET /api/signals/{signal_id}", { path: { signal_id: id }, signal }), retry: 1 });
}
