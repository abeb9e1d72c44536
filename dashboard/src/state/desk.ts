/** The live picture of the desk, outside React: facts go in through `fold.ts`, components read slices of it. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import type { Children, ModelNow, SettingsShown } from "../connection/api";
import type { LinkStatus } from "../connection/link";
import type { JobProgress, PublisherUpdate, SignalRow, SystemHealthUpdate, WebhookHealthUpdate } from "../events";

export interface SignalItem extends SignalRow {
  /** As the server counted them when it told of the row; later ones are in `childFacts`. */
  children: Children | null;
}

export interface ChildFact {
  id: string;
  exit: boolean;
  at: string;
}

export type ModelCard = Pick<ModelNow, "id" | "status" | "starter" | "reason" | "trained_at" | "n" | "base_rate">;
export type Settings = Pick<SettingsShown, "reconnect_s">;

export interface Desk {
  link: LinkStatus;
  /** Server time minus browser time, milliseconds; ages are told by the server's clock. */
  skewMs: number;
  /** True once a snapshot or a resume told us the state; before that nothing is known. */
  known: boolean;
  signals: ReadonlyMap<string, SignalItem>;
  childFacts: ReadonlyMap<string, readonly ChildFact[]>;
  /** Signals that arrived live in this page, with the browser's time: their edge glows once. */
  arrived: ReadonlyMap<string, number>;
  sources: ReadonlyMap<string, WebhookHealthUpdate>;
  lastPriceAt: string | null;
  model: ModelCard | null;
  settings: Settings | null;
  /** What people set while the desk runs, by its name; every browser follows. */
  chosen: ReadonlyMap<string, unknown>;
  /** Scripts that report to the desk, by their name. */
  publishers: ReadonlyMap<string, PublisherUpdate>;
  /** A source's settings since somebody changed them in this page's lifetime: mute, mapping, cadence. */
  sourceSettings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The server's own figures as last told, and when (browser's clock). */
  health: { told: SystemHealthUpdate; at: number } | null;
  /** Long work that was heard of in this page. */
  jobs: ReadonlyMap<string, JobProgress>;
  version: string;
  /** Raised with each snapshot: pages of history must be asked for again. */
  generation: number;
}

export const emptyDesk: Desk = {
  link: { phase: "connecting", attempts: 0, retryAt: null, resumed: false, serverVersion: "" },
  skewMs: 0,
  known: false,
  signals: new Map(),
  childFacts: new Map(),
  arrived: new Map(),
  sources: new Map(),
  lastPriceAt: null,
  model: null,
  settings: null,
  chosen: new Map(),
  publishers: new Map(),
  sourceSettings: new Map(),
  health: null,
  jobs: new Map(),
  version: "",
  generation: 0,
};

export const desk = createStore<Desk>(() => emptyDesk);

export function useDesk<T>(select: (now: Desk) => T): T {
  return useStore(desk, select);
}

/** The children of an entry as of now: those counted with it, and those that came by the link since. */
export function childrenNow(item: SignalItem, later: readonly ChildFact[] | undefined): Children {
  const counted = item.children ?? { updates: 0, exits: 0, last_at: null };
  const since = (later ?? []).filter((one) => counted.last_at === null || one.at > counted.last_at);
  return {
    updates: counted.updates + since.filter((one) => !one.exit).length,
    exits: counted.exits + since.filter((one) => one.exit).length,
    last_at: since.at(-1)?.at ?? counted.last_at,
  };
}
