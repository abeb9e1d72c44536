/** The second road, for networks that block WebSocket: the journal by cursor, each request held open until something happens. */

import type { EventsPage } from "./api";
import { ask } from "./ask";
import type { Position } from "./envelope";
import { ApiError } from "./http";
import type { Handlers, OpenRoad } from "./transport";

export const POLL_WAIT_S = 20;

export const openPoll: OpenRoad = (position, handlers) => {
  const stop = new AbortController();
  void follow(position, handlers, stop.signal).catch((error: unknown) => {
    if (stop.signal.aborted) return;
    handlers.onClosed(error instanceof ApiError && error.status === 401 ? "refused" : "lost");
  });
  return { ack: () => undefined, close: () => stop.abort() };
};

async function follow(from: Position | null, handlers: Handlers, signal: AbortSignal): Promise<void> {
  let position = from;
  let welcomed = false;
  // Which passing updates were seen: an answer brings only those that came since.
  let seen = "0";
  while (!signal.aborted) {
    const resumed = position !== null;
    const here = position ?? (await freshState(handlers, signal));
    // The first request does not wait, so that the page knows at once whether this road works.
    const answer = await page(here, seen, welcomed ? POLL_WAIT_S : 0, signal);
    if (!welcomed) handlers.onWelcome({ resumed, transport: "polling", serverVersion: "" });
    welcomed = true;
    if (answer.reset !== null) {
      position = null;
      continue;
    }
    for (const envelope of answer.items) handlers.onEnvelope(envelope);
    for (const envelope of Object.values(answer.passing)) handlers.onEnvelope(envelope);
    seen = answer.passing_next;
    position = { epoch: answer.epoch, seq: answer.next };
    handlers.onPosition(position);
  }
}

async function freshState(handlers: Handlers, signal: AbortSignal): Promise<Position> {
  const state = await ask("GET /api/state", { signal });
  if (!signal.aborted) handlers.onSnapshot({ ...state });
  return { epoch: state.epoch, seq: state.seq };
}

async function page(position: Position, seen: string, wait: number, signal: AbortSignal): Promise<EventsPage> {
  const query = { epoch: position.epoch, after: String(position.seq), wait: String(wait), limit: "500", passing: seen };
  return ask("GET /api/events", { query, signal });
}
