/** The two roads to the server behind one small interface, so that the link's decisions can be tested without a network. */

import type { Envelope, Position, Snapshot } from "./envelope";

export interface Welcome {
  resumed: boolean;
  transport: string;
  serverVersion: string;
}

/** Why a road closed: `refused` = the server said no (session?), `lost` = it could not be had or broke. */
export type Closing = "refused" | "lost";

export interface Handlers {
  onWelcome: (welcome: Welcome) => void;
  onSnapshot: (snapshot: Snapshot) => void;
  onEnvelope: (envelope: Envelope) => void;
  /** A stretch of the journal was considered up to here, also when nothing in it was for us. */
  onPosition: (position: Position) => void;
  onClosed: (closing: Closing) => void;
}

export interface Road {
  /** `heldMs`: how long ago it came. */
  ack: (seq: number, receivedAt: string, heldMs: number) => void;
  close: () => void;
}

/** Opens a road that goes on from `position` (null: from a fresh snapshot). Never throws; failure arrives as onClosed. */
export type OpenRoad = (position: Position | null, handlers: Handlers) => Road;
