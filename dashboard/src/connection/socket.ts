/** The first road: Socket.IO over WebSocket, resumed by position. Reconnecting is the link's decision, not the library's. */

import { io } from "socket.io-client";

import { asSnapshot, isEnvelope, type Position } from "./envelope";
import type { Handlers, OpenRoad } from "./transport";

const CONNECT_MS = 5_000;

export const openSocket: OpenRoad = (position, handlers) => {
  let open = true;
  const socket = io({
    transports: ["websocket"],
    reconnection: false,
    forceNew: true,
    timeout: CONNECT_MS,
    auth: position === null ? {} : { epoch: position.epoch, seq: position.seq },
  });
  const closed = (closing: "refused" | "lost"): void => {
    if (!open) return;
    open = false;
    clearTimeout(silence);
    socket.disconnect();
    handlers.onClosed(closing);
  };
  // A proxy may accept the upgrade and then swallow every frame: without a welcome in time this road counts as lost.
  const silence = setTimeout(() => closed("lost"), CONNECT_MS + 1_000);

  socket.on("connect_error", (error: Error & { type?: string }) =>
    closed(error.type === "TransportError" || error.message === "timeout" ? "lost" : "refused"),
  );
  socket.on("disconnect", (reason) => closed(reason === "io server disconnect" ? "refused" : "lost"));
  socket.onAny((name: string, argument: unknown) => {
    if (!open) return;
    if (name === "connection_status") clearTimeout(silence);
    receive(name, argument, handlers);
  });
  return {
    ack: (seq, receivedAt, heldMs) => void socket.emit("ack", { seq, received_at: receivedAt, held_ms: heldMs }),
    close: () => {
      open = false;
      clearTimeout(silence);
      socket.disconnect();
    },
  };
};

function receive(name: string, argument: unknown, handlers: Handlers): void {
  if (name === "snapshot") {
    const snapshot = asSnapshot(argument);
    if (snapshot) handlers.onSnapshot(snapshot);
    return;
  }
  if (!isEnvelope(argument)) return;
  if (name === "connection_status") {
    const { resumed, transport, server_version: version } = argument.data;
    handlers.onWelcome({
      resumed: resumed === true,
      transport: typeof transport === "string" ? transport : "websocket",
      serverVersion: typeof version === "string" ? version : "",
    });
    return;
  }
  handlers.onEnvelope(argument);
  const considered = name === "heartbeat" ? heartbeatPosition(argument.data) : null;
  if (considered) handlers.onPosition(considered);
}

function heartbeatPosition(data: Record<string, unknown>): Position | null {
  const { epoch, seq } = data;
  return typeof epoch === "string" && typeof seq === "number" ? { epoch, seq } : null;
}
