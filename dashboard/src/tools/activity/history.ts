/** The feed's rows: pages of history by cursor, and what comes by the link in front of them. */

import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useEffect, useEffectEvent, useMemo, useRef } from "react";

import { ask } from "../../connection/ask";
import { useRing, type ActivityFact } from "../../state/activity";
import { useDesk } from "../../state/desk";
import { browserMatch } from "./expression";
import { absorbed, continued, merged, type Page } from "./feed";
import { filterParams, matches, type Filters } from "./filters";

const PAGE = 200;
/** So many live facts become a page of their own, long before the ring lets any of them go. */
const ABSORB = 1_000;
/** How often the server is asked for what only it can match. */
const ASK_MS = 1_000;

async function fetchPage(filters: Filters, cursor: string | null, signal: AbortSignal): Promise<Page> {
  const query = { ...Object.fromEntries(filterParams(filters)), limit: String(PAGE), ...(cursor === null ? {} : { cursor }) };
  return ask("GET /api/activity", { query, signal });
}

type Pages = InfiniteData<Page, string | null>;

function withPages(pages: Page[]): Pages {
  // Asked for anew, the first page begins with the newest fact again.
  return { pages, pageParams: [null, ...pages.slice(0, -1).map((page) => page.next)] };
}

export function useFeed(filters: Filters) {
  const ring = useRing();
  const client = useQueryClient();
  const generation = useDesk((desk) => desk.generation);
  // Facts between a page read too early and the first snapshot would be in neither: the link goes first.
  const ready = useDesk((desk) => desk.generation > 0 || desk.link.phase === "offline" || desk.link.phase === "ended");
  const key = useMemo(() => ["activity", filterParams(filters).toString(), generation], [filters, generation]);
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => fetchPage(filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    enabled: ready,
    staleTime: Number.POSITIVE_INFINITY,
    // What was read before the ring began again would leave a hole between the two.
    gcTime: 0,
  });
  const match = useMemo(() => (filters.regex === "" ? null : browserMatch(filters.regex)), [filters.regex]);
  const past = filters.until !== "";
  const serverOnly = filters.regex !== "" && match === null;
  const wanted = useCallback((fact: ActivityFact) => !past && !serverOnly && matches(fact, filters, match), [filters, match, past, serverOnly]);
  const pages = query.data?.pages;
  const rows = useMemo(() => (pages === undefined ? [] : merged(ring.facts, pages, wanted)), [ring, pages, wanted]);
  const head = pages?.[0]?.head ?? null;
  const newest = ring.facts.at(-1)?.seq ?? 0;

  useEffect(() => {
    if (head === null || past || serverOnly) return;
    if (newest - head >= ABSORB) client.setQueryData<Pages>(key, (data) => data && withPages(absorbed(data.pages, ring.facts, wanted)));
  }, [client, key, head, newest, past, serverOnly, ring, wanted]);

  useServerMatches(serverOnly && !past && head !== null && newest > head, filters, head ?? 0, (items, reached) =>
    client.setQueryData<Pages>(key, (data) => data && withPages(continued(data.pages, items, reached))),
  );
  return { query, rows, past, serverOnly };
}

/** Asks the server for facts after `head` that match, a piece at a time, while there may be any. */
function useServerMatches(wanted: boolean, filters: Filters, head: number, onFound: (items: ActivityFact[], reached: number) => void): void {
  const found = useEffectEvent(onFound);
  const asking = useRef<AbortController | null>(null);
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setTimeout(() => {
      const controller = new AbortController();
      asking.current = controller;
      const asked = Object.fromEntries(filterParams({ ...filters, levels: [], kinds: [], since: "", until: "" }));
      ask("GET /api/events", { query: { ...asked, after: String(head), limit: "1000", passing: "none" }, signal: controller.signal })
        .then(({ items, next }) => found(items.filter((fact) => matches(fact, { ...filters, q: "", regex: "" }, null)).reverse(), next))
        .catch(() => undefined); // The next fact asks again; a lasting failure shows on the connection's light.
    }, ASK_MS);
    return () => {
      clearTimeout(timer);
      asking.current?.abort();
    };
  }, [wanted, filters, head]);
}
