/** The browser's own notifications of signals that the model is sure of; asked for by a click, and told once each. */

import { createStore } from "zustand/vanilla";
import { useStore } from "zustand";

import type { Envelope } from "../connection/envelope";
import { highConfidence } from "./chosen";
import { desk } from "./desk";
import { onFact } from "./follow";
import { percent, price, quantity } from "./format";
import { go } from "./location";
import { preferences } from "./preferences";
import { readRow } from "./read";

export type Permission = "default" | "granted" | "denied" | "unsupported";

/** What came while the tab slept or the link was down is history, not news. */
const FRESH_MS = 60_000;
const REMEMBERED = 500;

const permission = createStore<{ now: Permission }>(() => ({ now: typeof Notification === "undefined" ? "unsupported" : Notification.permission }));

export function usePermission(): Permission {
  return useStore(permission, (state) => state.now);
}

/** Only ever called from a click that came after an explanation. */
export async function askPermission(): Promise<Permission> {
  if (typeof Notification === "undefined") return "unsupported";
  const now = await Notification.requestPermission();
  permission.setState({ now });
  return now;
}

/** Whether this fact is a signal worth a notification now. */
export function isNews(envelope: Envelope, threshold: number, now: number): boolean {
  if (envelope.type !== "signal_update") return false;
  const row = readRow(envelope.data, null);
  if (row === null || row.kind !== "entry" || row.probability === null) return false;
  return row.probability >= threshold && row.status !== "closed" && now - Date.parse(row.received_at) < FRESH_MS;
}

/** Called once by the roof. Returns the way to stop. */
export function notifySignals(): () => void {
  const told = new Set<string>();
  return onFact((envelope) => {
    const chosen = highConfidence(desk.getState().chosen);
    if (!chosen.notify || permission.getState().now !== "granted") return;
    if (!isNews(envelope, chosen.probability, Date.now() + desk.getState().skewMs)) return;
    const row = readRow(envelope.data, null);
    if (row === null || told.has(row.id)) return;
    if (told.size > REMEMBERED) told.clear();
    told.add(row.id);
    const title = `${row.side?.toUpperCase() ?? ""} ${row.symbol ?? ""} ${row.price === null ? "" : price(row.price)}`.trim();
    const body = `${percent(row.probability)} · ${row.verdict}${row.quantity ? ` ${quantity(row.quantity)}` : ""}`;
    const notice = new Notification(title, { body, tag: row.id, icon: "/static/icons/icon-192.png", silent: !preferences.getState().sound });
    notice.onclick = () => {
      window.focus();
      go(`/signals/${row.id}`);
      notice.close();
    };
  });
}
