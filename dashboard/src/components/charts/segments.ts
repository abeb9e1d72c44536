/** Spans of time in one state each: gaps between them are unknown, and equal neighbours are one. */

import type { Glow } from "../../state/freshness";

/** A light's look, or `idle`: known, and nothing to look at. */
export type Look = Glow | "idle";

export interface Segment {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  glow: Look;
  /** The state's name: live, silent, closed… */
  name: string;
}

/** The whole window without holes: what nobody told is `unknown`. Segments may come in any order, but must not overlap. */
export function covered(segments: readonly Segment[], from: number, to: number): Segment[] {
  const found: Segment[] = [];
  const add = (one: Segment): void => {
    const before = found.at(-1);
    if (one.to <= one.from) return;
    if (before?.name === one.name && before.glow === one.glow) before.to = one.to;
    else found.push({ ...one });
  };
  let at = from;
  for (const one of [...segments].sort((a, b) => a.from - b.from)) {
    const begin = Math.max(one.from, at);
    const end = Math.min(one.to, to);
    if (end <= begin) continue;
    add({ from: at, to: begin, glow: "unknown", name: "unknown" });
    add({ ...one, from: begin, to: end });
    at = end;
  }
  add({ from: at, to, glow: "unknown", name: "unknown" });
  return found;
}

/** How much of the window each state took, largest first. */
export function shares(segments: readonly Segment[]): { name: string; share: number }[] {
  const total = segments.reduce((sum, one) => sum + one.to - one.from, 0) || 1;
  const found = new Map<string, number>();
  for (const one of segments) found.set(one.name, (found.get(one.name) ?? 0) + one.to - one.from);
  return [...found].map(([name, span]) => ({ name, share: span / total })).sort((a, b) => b.share - a.share);
}
