/** A playback as the page sees it: how it stands, and the facts that it has told, newest first. */

import { useCallback, useEffect, useRef, useState } from "react";

import { openPlayback, type Action, type Period, type Playback, type Standing } from "../../connection/playback";
import { readFact, type ActivityFact } from "../../state/activity";
import { Frame } from "../../state/frame";
import { filterParams, matches, type Filters } from "./filters";

/** More than anybody reads back; the rest is in the feed itself. */
export const TOLD = 2_000;

export const SPEEDS = ["0.1", "0.5", "1", "5", "20", "100", "1000"] as const;

export interface Replay {
  standing: Standing | null;
  /** Newest first. */
  facts: readonly ActivityFact[];
  /** When the newest of them was first told; the period's beginning before that. */
  at: string;
  /** null while it goes on; why it ended after that. */
  ended: { reason: string; text: string } | null;
}

interface Told {
  fact: ActivityFact | null;
  at: string;
}

export function began(from: string): Replay {
  return { standing: null, facts: [], at: from, ended: null };
}

/** The facts of one frame on top of those before. */
export function toldMore(now: Replay, told: readonly Told[]): Replay {
  const fresh = told.flatMap(({ fact }) => fact ?? []).reverse();
  return { ...now, at: told.at(-1)?.at ?? now.at, facts: fresh.length === 0 ? now.facts : [...fresh, ...now.facts].slice(0, TOLD) };
}

/** What is asked of the desk; the eight kinds are told apart here, as the desk's playback does not know them. */
function period(filters: Filters, from: string, to: string | null, speed: number): Period {
  const query = Object.fromEntries(filterParams({ ...filters, kinds: [] }, false));
  return { ...query, from, speed, ...(to === null ? {} : { to }) };
}

export function useReplay(filters: Filters) {
  const [replay, setReplay] = useState<Replay | null>(null);
  const running = useRef<Playback | null>(null);
  const flush = useRef<() => void>(() => undefined);
  const close = useCallback(() => {
    running.current?.close();
    running.current = null;
    setReplay(null);
  }, []);
  useEffect(() => () => running.current?.close(), []);
  const begin = (from: string, to: string | null, speed: number): void => {
    running.current?.close();
    setReplay(began(from));
    const change = (make: (now: Replay) => Replay): void => setReplay((now) => now && make(now));
    const frame = new Frame<Told>((told) => change((now) => toldMore(now, told)));
    flush.current = frame.flush;
    const kinds = { ...filters, q: "", regex: "", since: "", until: "" };
    running.current = openPlayback(period(filters, from, to, speed), {
      onStanding: (standing) => change((now) => ({ ...now, standing })),
      onTold: (envelope, at) => {
        const fact = readFact(envelope);
        frame.add({ fact: fact !== null && matches(fact, kinds, null) ? fact : null, at });
      },
      onEnd: (reason, text) => {
        frame.flush();
        change((now) => ({ ...now, ended: { reason, text } }));
      },
    });
  };
  const steer = (action: Action): void => {
    // What is told after a jump stands for itself: what lies between was not told.
    if (action.action === "seek") {
      flush.current();
      setReplay((now) => now && { ...now, facts: [] });
    }
    running.current?.steer(action);
  };
  return { replay, begin, steer, close };
}
