/** One list from two streams: what the link brings and the pages of history; the live row is always the newer one. */

import type { SignalItem } from "../../state/desk";
import { matches, type Filters } from "./filters";

const bySeq = (a: SignalItem, b: SignalItem): number => (b.seq ?? 0) - (a.seq ?? 0) || (a.id < b.id ? 1 : -1);

/**
 * Newest first, each signal once. A history row that the link has renewed, and that no longer matches, is gone; but whether
 * its text matches is the server's word, which searched the raw alert too.
 */
export function mergeRows(live: ReadonlyMap<string, SignalItem>, history: readonly SignalItem[], filters: Filters): SignalItem[] {
  const merged = new Map<string, SignalItem>();
  for (const item of history) {
    const newer = live.get(item.id);
    merged.set(item.id, newer === undefined ? item : { ...newer, children: newer.children ?? item.children });
  }
  const textless = { ...filters, q: "" };
  for (const item of merged.values()) if (live.has(item.id) && !matches(item, textless)) merged.delete(item.id);
  for (const item of live.values()) if (!merged.has(item.id) && matches(item, filters)) merged.set(item.id, item);
  return [...merged.values()].filter((item) => item.parent_id === null).sort(bySeq);
}

export interface Held {
  shown: readonly SignalItem[];
  waiting: number;
}

/** While the list is held (paused, or scrolled away from the top) newer signals wait and are counted; nothing jumps. */
export function holdBack(rows: readonly SignalItem[], heldAt: number | null): Held {
  if (heldAt === null) return { shown: rows, waiting: 0 };
  const shown = rows.filter((row) => (row.seq ?? 0) <= heldAt);
  return { shown, waiting: rows.length - shown.length };
}
