/** Rows and events as the server sends them. */

import type { Envelope } from "../src/connection/envelope";
import { emptyDesk, type Desk, type SignalItem } from "../src/state/desk";
import { foldEvents } from "../src/state/fold";
import { readItems } from "../src/state/read";
import { fact } from "./fakes";

export function raw(id: string, seq: number, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    seq,
    source: "tradingview",
    kind: "entry",
    parent_id: null,
    symbol: "NQ1!",
    side: "buy",
    price: 21450.25,
    received_at: new Date(Date.UTC(2026, 0, 7, 14, 0, seq)).toISOString(),
    verdict: "none",
    status: "received",
    reasons: [],
    ...change,
  };
}

export function item(id: string, seq: number, change: Record<string, unknown> = {}): SignalItem {
  const [only] = readItems([raw(id, seq, change)]);
  if (only === undefined) throw new Error("not a row");
  return only;
}

export function received(id: string, seq: number, change: Record<string, unknown> = {}): Envelope {
  return fact(seq, "signal_received", { ...raw(id, seq, change), seq: null });
}

export function updated(id: string, seq: number, at: number, change: Record<string, unknown> = {}): Envelope {
  return fact(at, "signal_update", raw(id, seq, change));
}

export function after(before: Desk, ...events: Envelope[]): Desk {
  return { ...before, ...foldEvents(before, events, 1_000) };
}

export const fresh = emptyDesk;
