/** The chart's figures: facts by level over time, gathered into bars that fit the chart's width. */

import type { ActivityFact } from "../../state/activity";

/** Told apart in the chart, loudest last: it is drawn on top of nothing. */
export type Loudness = "quiet" | "warn" | "bad";

export interface Step {
  /** Milliseconds since 1970. */
  at: number;
  counts: Readonly<Record<Loudness, number>>;
}

export interface Bar extends Step {
  to: number;
}

export interface Window {
  from: number;
  to: number;
}

export function loudness(level: string): Loudness {
  return level === "WARNING" ? "warn" : level === "ERROR" || level === "CRITICAL" ? "bad" : "quiet";
}

export function byLoudness(counts: Readonly<Record<string, number>>): Record<Loudness, number> {
  const sums = { quiet: 0, warn: 0, bad: 0 };
  for (const [level, value] of Object.entries(counts)) sums[loudness(level)] += value;
  return sums;
}

export function total(counts: Readonly<Record<Loudness, number>>): number {
  return counts.quiet + counts.warn + counts.bad;
}

const WIDTHS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/** The least width, ms, of which at most `most` bars fill the window and which is not finer than what was counted. */
export function barWidth({ from, to }: Window, most: number, stepS: number): number {
  const least = Math.max(stepS, (to - from) / 1_000 / Math.max(1, most));
  return (WIDTHS_S.find((one) => one >= least) ?? least) * 1_000;
}

/** Every bar of the window, empty ones too; the first begins on a whole width before it. */
export function bars(steps: readonly Step[], live: readonly ActivityFact[], window: Window, width: number): Bar[] {
  const begin = Math.floor(window.from / width) * width;
  const count = Math.max(1, Math.ceil((window.to - begin) / width));
  const sums = Array.from({ length: count }, () => ({ quiet: 0, warn: 0, bad: 0 }));
  const at = (time: number) => sums[Math.floor((time - begin) / width)];
  for (const step of steps) {
    const sum = at(step.at);
    if (sum === undefined) continue;
    sum.quiet += step.counts.quiet;
    sum.warn += step.counts.warn;
    sum.bad += step.counts.bad;
  }
  for (const fact of live) {
    const sum = at(Date.parse(fact.timestamp));
    if (sum !== undefined) sum[loudness(fact.level)] += 1;
  }
  return sums.map((counts, index) => ({ at: begin + index * width, to: begin + (index + 1) * width, counts }));
}
