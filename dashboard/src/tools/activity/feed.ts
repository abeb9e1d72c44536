/** One list from two streams, newest first: pages of history, and what came by the link since the first page was read. */

import type { ActivityFact } from "../../state/activity";

export interface Page {
  items: readonly ActivityFact[];
  /** Where to go on; null at the journal's beginning. */
  next: string | null;
  /** The journal's last seq when the page was read. */
  head: number;
}

/** A feed left open all day must not hold the whole day; what is cut off is asked for again when scrolled to. */
export const KEPT = 20_000;

/** Live facts in front of history; `wanted` says which. Both streams are in order, so nothing is sorted. */
export function merged(live: readonly ActivityFact[], pages: readonly Page[], wanted: (fact: ActivityFact) => boolean): ActivityFact[] {
  const head = pages[0]?.head ?? Number.POSITIVE_INFINITY;
  const rows: ActivityFact[] = [];
  for (let at = live.length - 1; at >= 0; at--) {
    const fact = live[at];
    if (fact === undefined || fact.seq <= head) break;
    if (wanted(fact)) rows.push(fact);
  }
  for (const page of pages) rows.push(...page.items);
  return rows;
}

/** The pages with what the ring is about to let go in front of them, and not more than KEPT facts in all. */
export function absorbed(pages: readonly Page[], live: readonly ActivityFact[], wanted: (fact: ActivityFact) => boolean): Page[] {
  const first = pages[0];
  const newest = live.at(-1);
  if (first === undefined || newest === undefined || newest.seq <= first.head) return [...pages];
  const items = live.filter((fact) => fact.seq > first.head && wanted(fact)).reverse();
  return trimmed([{ items, next: String(first.head + 1), head: newest.seq }, ...pages]);
}

function trimmed(pages: Page[]): Page[] {
  let held = 0;
  const kept: Page[] = [];
  for (const page of pages) {
    if (held >= KEPT) {
      const last = kept.at(-1);
      const oldest = kept.findLast((one) => one.items.length > 0)?.items.at(-1);
      if (last !== undefined && oldest !== undefined) kept[kept.length - 1] = { ...last, next: String(oldest.seq) };
      break;
    }
    kept.push(page);
    held += page.items.length;
  }
  return kept;
}

export interface Held {
  shown: readonly ActivityFact[];
  waiting: number;
}

/** While the feed is held (paused, or scrolled away from its top) newer facts wait and are counted; nothing jumps. */
export function holdBack(rows: readonly ActivityFact[], heldAt: number | null): Held {
  if (heldAt === null) return { shown: rows, waiting: 0 };
  const found = rows.findIndex((row) => row.seq <= heldAt);
  const waiting = found < 0 ? rows.length : found;
  return { shown: rows.slice(waiting), waiting };
}

/** What the loaded facts name, for the filters' choices. */
export function named(rows: readonly ActivityFact[], of: (fact: ActivityFact) => string | null | undefined): string[] {
  const found = new Set<string>();
  for (const row of rows) {
    const name = of(row);
    if (name !== null && name !== undefined && name !== "") found.add(name);
  }
  return [...found].sort();
}

/** The pages with facts that the server picked out of what came since, newest first, up to `head`. */
export function continued(pages: readonly Page[], items: readonly ActivityFact[], head: number): Page[] {
  const first = pages[0];
  if (first === undefined || head <= first.head) return [...pages];
  return trimmed([{ items, next: String(first.head + 1), head }, ...pages]);
}
