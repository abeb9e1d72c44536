/** Short words about what was just done or happened; each goes away by itself, or is replaced by the next of its key. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

export interface Toast {
  /** A toast of the same key replaces the older one. */
  key: string;
  title: string;
  text?: string;
  tone?: "plain" | "warn" | "bad";
  action?: { label: string; run: () => void };
}

/** More than these at once would be a wall; the oldest goes. */
const SHOWN = 4;

const toasts = createStore<{ all: readonly Toast[] }>(() => ({ all: [] }));

export function toast(one: Toast): void {
  toasts.setState((now) => ({ all: [...now.all.filter((other) => other.key !== one.key), one].slice(-SHOWN) }));
}

export function dismissToast(key: string): void {
  toasts.setState((now) => ({ all: now.all.filter((one) => one.key !== key) }));
}

export function useToasts(): readonly Toast[] {
  return useStore(toasts, (now) => now.all);
}
