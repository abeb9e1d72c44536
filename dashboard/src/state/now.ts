/** One ticking second for the whole page, told by the server's clock, so that all ages move together. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import { desk } from "./desk";
import { day, type ClockZone } from "./format";

const second = createStore<{ at: number }>(() => ({ at: Date.now() }));

export function startTicking(): () => void {
  const timer = setInterval(() => second.setState({ at: Date.now() + desk.getState().skewMs }), 1_000);
  return () => clearInterval(timer);
}

/** Server time in milliseconds, renewed each second. */
export function useNow(): number {
  return useStore(second, (now) => now.at);
}

/** Today's date in a zone; renewed only when the day turns. */
export function useToday(zone: ClockZone): string {
  return useStore(second, (now) => day(now.at, zone));
}
