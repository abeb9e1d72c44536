/** The newest facts of the journal as they come, for whoever watches all of them; older ones are pages of history. */

import { useEffect } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import { isRecord, type Envelope } from "../connection/envelope";
import { desk } from "./desk";
import { onFact } from "./follow";

export interface ActivityFact extends Envelope {
  seq: number;
  origin: string;
}

export interface Ring {
  /** Oldest first, without a hole. */
  facts: readonly ActivityFact[];
  /** The seq up to which facts were let go: whoever has no history up to here must ask for it. */
  dropped: number;
}

/** More than a screen can hold; at 100 events a second it is twenty seconds. */
export const RING = 2_000;

const empty: Ring = { facts: [], dropped: 0 };
const ring = createStore<Ring>(() => empty);

export function readFact(envelope: Envelope): ActivityFact | null {
  return typeof envelope.seq === "number" ? { ...envelope, seq: envelope.seq, origin: envelope.origin ?? "desk" } : null;
}

/** The ring with more facts behind its newest; what is not newer changes nothing. */
export function added(now: Ring, more: readonly ActivityFact[]): Ring {
  const last = now.facts.at(-1)?.seq ?? now.dropped;
  const fresh = more.filter((one) => one.seq > last);
  if (fresh.length === 0) return now;
  const all = [...now.facts, ...fresh];
  if (all.length <= RING) return { ...now, facts: all };
  // Half at once, so that a full ring is not copied for every fact.
  const kept = all.slice(-RING / 2);
  return { facts: kept, dropped: (kept[0]?.seq ?? 1) - 1 };
}

let watchers = 0;
let stop: () => void = () => undefined;

function start(): () => void {
  let waiting: ActivityFact[] = [];
  const flush = (): void => {
    const more = waiting;
    waiting = [];
    ring.setState((now) => added(now, more));
  };
  const stopHearing = onFact((envelope) => {
    const fact = readFact(envelope);
    if (fact === null) return;
    // All facts of one frame come in one go: they are one change.
    if (waiting.length === 0) queueMicrotask(flush);
    waiting.push(fact);
  });
  // A new snapshot means that the link could not go on from where it was: what is held has a hole before what comes.
  const stopWatching = desk.subscribe((now, before) => {
    if (now.generation !== before.generation) ring.setState(empty);
  });
  return () => {
    stopHearing();
    stopWatching();
    ring.setState(empty);
  };
}

/** The ring, filled while at least one component uses it. */
export function useRing(): Ring {
  useEffect(() => {
    if (watchers++ === 0) stop = start();
    return () => {
      if (--watchers === 0) stop();
    };
  }, []);
  return useStore(ring);
}

/** The alert's text of a fact that carries one. */
export function rawOf(fact: ActivityFact): string | null {
  return typeof fact.data["raw"] === "string" ? fact.data["raw"] : null;
}

/** Which of the eight kinds an activity line is; null for every other type. */
export function kindOf(fact: ActivityFact): string | null {
  const kind = isRecord(fact.data) && fact.type === "event" ? fact.data["event_type"] : null;
  return typeof kind === "string" ? kind : null;
}
