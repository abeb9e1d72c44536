/** One list from two streams: what the link brings and the pages of history; the live row is always the newer one. */

import type { SignalItem } from "../../state/desk";
import { matches, type Filters } from "./filters";

type Live = ReadonlyMap<string, SignalItem>;

const bySeq = (a: SignalItem, b: SignalItem): number => (b.seq ?? 0) - (a.seq ?? 0) || (a.id < b.id ? 1 : -1);

/**
 * Newest first, each signal once. A history row that the link has renewed, and that no longer matches, is gone; but whether
 * its text matches is the server's word, which searched the raw alert too.
 *
 * Runs once a frame over all of history, which comes sorted: so it looks up and merges, and never sorts it again.
 */
export function mergeRows(live: Live, history: readonly SignalItem[], filters: Filters): SignalItem[] {
  const textless = { ...filters, q: "" };
  const renewed = new Map<string, SignalItem>();
  const older: SignalItem[] = [];
  for (const item of history) {
    const newer = live.get(item.id);
    if (newer === undefined) older.push(item);
    else renewed.set(item.id, newer.children === null && item.children !== null ? { ...newer, children: item.children } : newer);
  }
  const recent: SignalItem[] = [];
  for (const item of live.values()) {
    const told = renewed.get(item.id);
    if (matches(item, told === undefined ? filters : textless)) recent.push(told ?? item);
  }
  return zip(recent.sort(bySeq), older).filter((item) => item.parent_id === null);
}

/** Two lists in order become one in order. */
function zip(a: readonly SignalItem[], b: readonly SignalItem[]): SignalItem[] {
  const merged: SignalItem[] = [];
  let at = 0;
  for (const item of b) {
    for (let next = a[at]; next !== undefined && bySeq(next, item) < 0; next = a[++at]) merged.push(next);
    merged.push(item);
  }
  for (let next = a[at]; next !== undefined; next = a[++at]) merged.push(next);
  return merged;
}

export interface Held {
  shown: readonly SignalItem[];
  waiting: number;
}

/** While the list is held (paused, or scrolled away from the top) newer signals wait and are counted; nothing jumps. */
export function holdBack(rows: readonly SignalItem[], heldAt: number | null): Held {
  const waiting = heldAt === null ? 0 : rows.findIndex((row) => (row.seq ?? 0) <= heldAt);
  if (waiting === 0) return { shown: rows, waiting };
  return waiting < 0 ? { shown: [], waiting: rows.length } : { shown: rows.slice(waiting), waiting };
}

/** The symbols that the list holds, for the filter's choices. */
export function symbolsOf(rows: readonly SignalItem[]): string[] {
  const found = new Set<string>();
  for (const row of rows) if (row.symbol !== null) found.add(row.symbol);
  return [...found].sort();
}
