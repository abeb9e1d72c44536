/** Reads the server's figures as lights and stretches of time: what is well, since when, and what to do where it is not. */

import type { SystemHealthUpdate } from "../../events";
import type { Segment } from "../../components/charts/segments";
import type { Point } from "../../components/charts/series";
import { age, milliseconds, quantity } from "../../state/format";
import type { Glow } from "../../state/freshness";
import type { Sample, Stretch } from "../../state/vitals";

export interface Sign {
  name: string;
  glow: Glow;
  text: string;
  todo?: string;
}

/** A sample speaks for so long; after that nobody knows. */
export const SPEAKS_MS = 20_000;

const LOOP_WARN_MS = 100;
const LOOP_BAD_MS = 500;
const COMMIT_WARN_MS = 250;
const LAG_WARN = 64;
const LAG_BAD = 1_000;
const MEMORY_WARN_MB = 600;

export function database({ database: told }: SystemHealthUpdate): Sign {
  const name = "Database";
  if (!told.ok) {
    return { name, glow: "bad", text: told.last_error === null ? "The last commit failed." : `The last commit failed: ${told.last_error}`, todo: "Alerts are answered 503 and sent again by TradingView. Check the disk’s space and that the database runs." };
  }
  const p99 = told.commit_p99_ms;
  if (p99 !== null && p99 > COMMIT_WARN_MS) {
    return { name, glow: "warn", text: `Commits take up to ${milliseconds(p99)}.`, todo: "The disk is slow or busy: alerts wait for it before they are answered." };
  }
  return { name, glow: "good", text: p99 === null ? "Ready." : `Commits in ${milliseconds(p99)} or less (p99).` };
}

export function followers({ followers: told }: SystemHealthUpdate): Sign {
  const name = "Followers";
  const worst = told.reduce((most, one) => (one.lag > most.lag ? one : most), { name: "", lag: 0 });
  if (told.length === 0) return { name, glow: "unknown", text: "None runs in this process." };
  const text = worst.lag === 0 ? "All have handled every fact." : `${worst.name} has ${quantity(worst.lag)} ${worst.lag === 1 ? "fact" : "facts"} to go.`;
  if (worst.lag >= LAG_BAD) return { name, glow: "bad", text, todo: "It is stuck or overrun. See dead letters below and the log; a restart loses nothing." };
  if (worst.lag >= LAG_WARN) return { name, glow: "warn", text, todo: "It catches up by itself after a burst. If this stays, see the log." };
  return { name, glow: "good", text };
}

export function loop(told: SystemHealthUpdate): Sign {
  const name = "Event loop";
  const late = told.loop_delay_p99_ms ?? told.loop_delay_ms;
  const text = `Timers up to ${milliseconds(late)} late (p99), ${milliseconds(told.loop_delay_worst_ms)} at worst.`;
  if (late >= LOOP_BAD_MS) return { name, glow: "bad", text, todo: "The machine is overloaded: give it more processor, or move other work away." };
  if (late >= LOOP_WARN_MS) return { name, glow: "warn", text, todo: "Something else uses the processor; answers still come in time." };
  return { name, glow: "good", text };
}

export function memory({ memory_mb: mb }: SystemHealthUpdate): Sign {
  const name = "Memory";
  if (mb === null) return { name, glow: "unknown", text: "This system does not tell." };
  const text = `${quantity(Math.round(mb))}\u202fMB resident.`;
  return mb > MEMORY_WARN_MB ? { name, glow: "warn", text, todo: "More than the desk usually needs. If it keeps rising, restart it and report the figures." } : { name, glow: "good", text };
}

export function worker({ worker: told }: SystemHealthUpdate, now: number): Sign | null {
  if (told === null) return null;
  const name = "Worker";
  if (told.silent_since !== null) {
    return { name, glow: "bad", text: `Silent for ${age(now - Date.parse(told.silent_since))}.`, todo: "Signals are stored but not scored. Start a process with ROLE=worker, or see why the last one ended." };
  }
  return told.holder === null ? { name, glow: "unknown", text: "Nobody holds the lease yet." } : { name, glow: "good", text: `${told.holder} holds the lease.` };
}

/** One follower of time: the glow of each sample until the next, and unknown where samples are missing. */
export function segments(samples: readonly Sample[], read: (told: SystemHealthUpdate) => Sign): Segment[] {
  return samples.map((one, index) => {
    const next = samples[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const { glow } = read(one.told);
    return { from: one.at, to: Math.min(next, one.at + SPEAKS_MS), glow, name: WORDS[glow] };
  });
}

const WORDS: Record<Glow, string> = { good: "well", warn: "strained", bad: "failing", unknown: "unknown" };

export function linkSegments(stretches: readonly Stretch[], now: number): Segment[] {
  return stretches.map((one) => ({ from: one.from, to: one.to ?? now, glow: one.glow, name: one.name }));
}

/** A figure over time; a gap in the telling breaks its line. */
export function points(samples: readonly Sample[], read: (told: SystemHealthUpdate) => number | null): Point[] {
  return samples.flatMap((one, index) => {
    const before = samples[index - 1];
    const here = { at: one.at, value: read(one.told) };
    return before !== undefined && one.at - before.at > SPEAKS_MS ? [{ at: before.at + SPEAKS_MS, value: null }, here] : [here];
  });
}

export function total(figures: Readonly<Record<string, number>>): number {
  return Object.values(figures).reduce((sum, one) => sum + one, 0);
}
