/** How one person likes to see things: kept in this browser for its first paint, and by the desk for every other (`display.ts`). */

import { createStore } from "zustand/vanilla";
import { useStore } from "zustand";

import type { ClockZone } from "./format";

export interface Preferences {
  theme: "dark" | "light";
  palette: "default" | "colour-blind" | "red-up";
  clock: ClockZone;
  density: "compact" | "comfortable";
  shortcuts: boolean;
  /** Whether a notification may make a sound. */
  sound: boolean;
}

/** Also read by static/theme.js, which sets the look before the first paint. */
const KEY = "signal-desk.preferences";
const CHOICES: { [K in keyof Preferences]: readonly Preferences[K][] } = {
  theme: ["dark", "light"],
  palette: ["default", "colour-blind", "red-up"],
  clock: ["exchange", "local", "utc"],
  density: ["compact", "comfortable"],
  shortcuts: [true, false],
  sound: [false, true],
};

function stored(): Partial<Record<keyof Preferences, unknown>> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // Storage can be forbidden, or hold another version's text: the defaults are a fine start.
    return {};
  }
}

function choice<K extends keyof Preferences>(key: K, value: unknown): Preferences[K] {
  return CHOICES[key].find((one) => one === value) ?? (CHOICES[key][0] as Preferences[K]);
}

/** Preferences of known values; what is missing or unknown is the default. */
export function readPreferences(kept: Partial<Record<keyof Preferences, unknown>>): Preferences {
  return {
    theme: choice("theme", kept.theme),
    palette: choice("palette", kept.palette),
    clock: choice("clock", kept.clock),
    density: choice("density", kept.density),
    shortcuts: choice("shortcuts", kept.shortcuts),
    sound: choice("sound", kept.sound),
  };
}

export const preferences = createStore<Preferences>(() => readPreferences(stored()));

function show(now: Preferences): void {
  Object.assign(document.documentElement.dataset, { theme: now.theme, palette: now.palette, density: now.density });
}

show(preferences.getState());
preferences.subscribe((now) => {
  show(now);
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
});

let onChoice: (now: Preferences) => void = () => undefined;

/** Hears what the person here chooses, and not what comes from their other browsers. */
export function whenPreferred(listener: (now: Preferences) => void): void {
  onChoice = listener;
}

export function prefer(change: Partial<Preferences>): void {
  preferences.setState(change);
  onChoice(preferences.getState());
}

export function usePreference<K extends keyof Preferences>(key: K): Preferences[K] {
  return useStore(preferences, (now) => now[key]);
}
