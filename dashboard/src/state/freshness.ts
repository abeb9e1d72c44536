/** The three lights: how far each thing on the screen can be believed now. Unknown is a state of its own. */

import type { WebhookHealthUpdate } from "../events";
import type { Desk } from "./desk";
import { age, UNKNOWN } from "./format";

export type Glow = "good" | "warn" | "bad" | "unknown";

export interface Light {
  name: "connection" | "webhook" | "price";
  glow: Glow;
  text: string;
  hint: string;
}

const PRICE_WARN_MS = 60_000;

export function connectionLight(link: Desk["link"], now: number): Light {
  const of = (glow: Glow, text: string, hint: string): Light => ({ name: "connection", glow, text, hint });
  switch (link.phase) {
    case "live":
      return of("good", "live", "This browser follows the desk by WebSocket.");
    case "polling":
      return of("warn", "polling", "WebSocket can't be had here; following by long poll. Nothing is missed.");
    case "connecting":
      return of("unknown", "connecting", "Asking the desk for its state.");
    case "ended":
      return of("bad", "signed out", "The session has ended. Sign in again.");
    case "offline": {
      const wait = link.retryAt === null ? 0 : Math.max(0, link.retryAt - now);
      return of("bad", "offline", `The desk can't be reached; what you see is its last state. Next attempt in ${age(wait)}.`);
    }
  }
}

/** The source that was heard last speaks for the webhook; a silent one is told even when another still talks. */
export function webhookLight(sources: Iterable<WebhookHealthUpdate>, now: number): Light {
  const of = (glow: Glow, text: string, hint: string): Light => ({ name: "webhook", glow, text, hint });
  const all = [...sources];
  const silent = all.find((one) => one.status === "silent");
  const heard = all.filter((one) => one.last_at !== null).sort((a, b) => ((a.last_at ?? "") < (b.last_at ?? "") ? 1 : -1));
  const shown = silent ?? heard[0];
  if (shown === undefined || shown.last_at === null) return of("unknown", `webhook ${UNKNOWN}`, "No alert has arrived yet.");
  const text = `webhook ${age(now - Date.parse(shown.last_at))}`;
  const every = shown.expected_every_s ?? shown.median_s;
  const cadence = every === null ? "" : ` Expected about every ${age(every * 1_000)}.`;
  if (shown.status === "silent") return of("bad", text, `${shown.source} fell silent while its market is open.${cadence}`);
  if (shown.status === "closed") return of("unknown", text, `${shown.source}: its market is closed.${cadence}`);
  if (shown.status === "learning") return of("unknown", text, `${shown.source}: its cadence is still being learned; until then silence can’t be told.`);
  return of("good", text, `Last alert from ${shown.source}.${cadence}`);
}

export function priceLight(lastAt: string | null, now: number): Light {
  if (lastAt === null) return { name: "price", glow: "unknown", text: `price ${UNKNOWN}`, hint: "No price feed is connected." };
  const ms = now - Date.parse(lastAt);
  return { name: "price", glow: ms > PRICE_WARN_MS ? "warn" : "good", text: `price ${age(ms)}`, hint: "Age of the newest price." };
}
