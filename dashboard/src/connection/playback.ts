/** A period of the journal told again, over a connection of its own: what it tells never touches the live one. */

import { io } from "socket.io-client";

import { isEnvelope, isRecord, type Envelope } from "./envelope";

export interface Period {
  /** RFC 3339; the filters are named as in the API. */
  from: string;
  to?: string;
  speed: number;
  /** Longer silences are cut to so many seconds. */
  max_gap_s?: number;
  types?: string;
  symbols?: string;
  source?: string;
  level?: string;
  q?: string;
  regex?: string;
}

/** How it stands, as each answer tells it. */
export interface Standing {
  fromSeq: number;
  toSeq: number;
  speed: number;
  paused: boolean;
  told: number;
}

export interface PlaybackHandlers {
  onStanding: (standing: Standing) => void;
  /** One fact, still raw, and the time at which it was first told. */
  onTold: (envelope: Envelope, at: string) => void;
  /** `reason`: done, stopped, idle, failed, refused or lost; `text` for people. */
  onEnd: (reason: string, text: string) => void;
}

export type Action = { action: "pause" | "resume" | "step" | "stop" } | { action: "speed"; speed: number } | { action: "seek"; to: number };

export interface Playback {
  steer: (action: Action) => void;
  close: () => void;
}

const CONNECT_MS = 5_000;
/** The connection follows next to nothing else: it is there for the past. */
const QUIET = ["backfill_complete"];

export function openPlayback(period: Period, handlers: PlaybackHandlers): Playback {
  let open = true;
  // What was under way when a jump was asked for belongs to the place before it.
  let jumping = 0;
  const socket = io({ transports: ["websocket"], reconnection: false, forceNew: true, timeout: CONNECT_MS, auth: { types: QUIET } });
  const end = (reason: string, text: string): void => {
    if (!open) return;
    open = false;
    socket.disconnect();
    handlers.onEnd(reason, text);
  };
  const answered = (answer: unknown): void => {
    if (!open || !isRecord(answer)) return;
    if (isRecord(answer["error"])) {
      const { message, hint } = answer["error"];
      end("refused", [message, hint].filter((one) => typeof one === "string").join(" "));
    } else if (isRecord(answer["playback"])) {
      handlers.onStanding(readStanding(answer["playback"]));
    }
  };
  socket.on("connection_status", () => socket.emit("playback", period, answered));
  socket.on("connect_error", () => end("lost", "The desk can’t be reached by WebSocket, which a playback needs."));
  socket.on("disconnect", () => end("lost", "The connection of the playback broke."));
  socket.on("playback", (said: unknown) => {
    if (!open || !isRecord(said)) return;
    if (said["state"] === "ended") {
      const error = isRecord(said["error"]) ? said["error"]["message"] : "";
      end(String(said["reason"]), typeof error === "string" ? error : "");
    } else if (jumping === 0 && isEnvelope(said["envelope"])) {
      handlers.onTold(said["envelope"], typeof said["at"] === "string" ? said["at"] : "");
    }
  });
  return {
    steer: (action) => {
      const jump = action.action === "seek" ? 1 : 0;
      jumping += jump;
      socket.emit("playback_control", action, (answer: unknown) => {
        jumping -= jump;
        answered(answer);
      });
    },
    close: () => {
      open = false;
      socket.disconnect();
    },
  };
}

function readStanding(raw: Record<string, unknown>): Standing {
  const number = (key: string): number => (typeof raw[key] === "number" ? raw[key] : 0);
  return { fromSeq: number("from_seq"), toSeq: number("to_seq"), speed: number("speed"), paused: raw["paused"] === true, told: number("told") };
}
