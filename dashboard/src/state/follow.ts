/** Ties the link to the store: one place that starts following the desk, and stops. */

import { ask } from "../connection/ask";
import { ApiError } from "../connection/http";
import { Link } from "../connection/link";
import { openPoll } from "../connection/poll";
import { openSocket } from "../connection/socket";
import type { Envelope } from "../connection/envelope";
import { desk } from "./desk";
import { foldEvents, foldSnapshot } from "./fold";
import { Frame } from "./frame";
import { readModel } from "./read";

/** Until the desk has told its own setting. */
const LONGEST_RETRY_S = 15;
const FIRST_RETRY_MS = 500;

export type FactListener = (envelope: Envelope) => void;
const listeners = new Set<FactListener>();

/** Hears every fact once, in order, as it is committed to the store. Returns the way to stop. */
export function onFact(listener: FactListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function follow(): () => void {
  const frame = new Frame<Envelope>((events) => {
    desk.setState((before) => foldEvents(before, events, Date.now()));
    for (const envelope of events) for (const listener of listeners) listener(envelope);
    if (events.some((one) => one.type === "ml_model_update")) void refreshModel();
  });
  const following = new Link({
    socket: openSocket,
    poll: openPoll,
    sessionStands,
    retry: () => ({ baseMs: FIRST_RETRY_MS, capMs: (desk.getState().settings?.reconnect_s ?? LONGEST_RETRY_S) * 1_000 }),
    listener: {
      onStatus: (status) => desk.setState((before) => ({ link: status, known: before.known || status.resumed })),
      onSnapshot: (snapshot) => {
        frame.flush();
        desk.setState((before) => foldSnapshot(before, snapshot));
      },
      onFact: (envelope) => frame.add(envelope),
      onPassing: (envelope) => frame.add(envelope),
    },
  });
  const wake = (): void => {
    frame.flush();
    if (!document.hidden) following.wake();
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", wake);
  following.start();
  return () => {
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", wake);
    following.stop();
  };
}

async function sessionStands(): Promise<boolean> {
  try {
    await ask("GET /api/session");
    return true;
  } catch (error) {
    return !(error instanceof ApiError && error.status === 401);
  }
}

/** A model's own figures are not in the fact; the state has them. */
async function refreshModel(): Promise<void> {
  const state = await ask("GET /api/state").catch(() => null);
  if (state !== null) desk.setState({ model: readModel(state.model) });
}
