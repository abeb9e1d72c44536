/** Ties the link to the store: one place that starts following the desk, and stops. */

import { call, ApiError } from "../connection/http";
import { Link } from "../connection/link";
import { openPoll } from "../connection/poll";
import { openSocket } from "../connection/socket";
import type { Envelope } from "../connection/envelope";
import { desk } from "./desk";
import { foldEvents, foldSnapshot } from "./fold";
import { Frame } from "./frame";
import { readModel } from "./read";

export type FactListener = (envelope: Envelope) => void;
const listeners = new Set<FactListener>();

/** Hears every fact once, in order, as it is committed to the store. Returns the way to stop. */
export function onFact(listener: FactListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let link: Link | null = null;

/** The journal position that this page has reached. */
export function positionNow(): number {
  return link?.position?.seq ?? 0;
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
  link = following;
  following.start();
  return () => {
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", wake);
    following.stop();
  };
}

async function sessionStands(): Promise<boolean> {
  try {
    await call("/api/session");
    return true;
  } catch (error) {
    return !(error instanceof ApiError && error.status === 401);
  }
}

/** A model's own figures are not in the fact; the state has them. */
async function refreshModel(): Promise<void> {
  const state = await call("/api/state").catch(() => null);
  if (typeof state === "object" && state !== null && "model" in state) desk.setState({ model: readModel(state.model) });
}
