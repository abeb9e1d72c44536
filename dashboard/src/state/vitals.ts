/** The server's figures over time, kept by this browser for as long as the page lives: the server itself only tells the newest. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import type { SystemHealthUpdate } from "../events";
import type { LinkStatus } from "../connection/link";
import { desk } from "./desk";
import type { Glow } from "./freshness";

/** An hour at one sample each five seconds. */
const KEPT = 720;
const EVERY_MS = 5_000;

export interface Sample {
  /** Milliseconds since 1970, by the browser's clock. */
  at: number;
  told: SystemHealthUpdate;
}

export interface Stretch {
  from: number;
  /** null while it lasts. */
  to: number | null;
  glow: Glow;
  name: string;
}

interface Vitals {
  samples: readonly Sample[];
  /** How this browser was connected, and when. */
  link: readonly Stretch[];
  since: number;
}

const vitals = createStore<Vitals>(() => ({ samples: [], link: [], since: Date.now() }));

export function useVitals<T>(select: (now: Vitals) => T): T {
  return useStore(vitals, select);
}

const LINK_GLOW: Record<LinkStatus["phase"], Glow> = { live: "good", polling: "warn", connecting: "unknown", offline: "bad", ended: "bad" };

/** Another stretch begins where the state changed. */
export function stretched(before: readonly Stretch[], name: string, glow: Glow, at: number): readonly Stretch[] {
  const last = before.at(-1);
  if (last?.name === name) return before;
  return [...before.slice(-KEPT).map((one) => (one.to === null ? { ...one, to: at } : one)), { from: at, to: null, glow, name }];
}

/** Called once by the roof. Returns the way to stop. */
export function keepVitals(): () => void {
  const { phase } = desk.getState().link;
  vitals.setState({ link: stretched([], phase, LINK_GLOW[phase], Date.now()) });
  return desk.subscribe((now, before) => {
    const last = vitals.getState().samples.at(-1)?.at ?? 0;
    if (now.health !== null && now.health !== before.health && now.health.at - last >= EVERY_MS) {
      const sample = { at: now.health.at, told: now.health.told };
      vitals.setState(({ samples }) => ({ samples: [...samples.slice(1 - KEPT), sample] }));
    }
    if (now.link.phase !== before.link.phase) {
      vitals.setState(({ link }) => ({ link: stretched(link, now.link.phase, LINK_GLOW[now.link.phase], Date.now()) }));
    }
  });
}
