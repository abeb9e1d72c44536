/** Sends a marked test alert through the real webhook, so that what then arrives has gone the whole way. */

import { Send } from "lucide-react";
import { useState } from "react";

import { ApiError, call } from "../../connection/http";

type State = "idle" | "sending" | "sent" | { error: string };

/** Marked as a test, with a time of its own: two clicks are two alerts. */
function testAlert(): string {
  const now = new Date().toISOString();
  return JSON.stringify({ symbol: "MNQ1!", side: "buy", price: 25_000, stop: 24_980, target: 25_040, interval: "1", timenow: now, test: true });
}

export async function sendTestAlert(webhook: string): Promise<void> {
  const url = new URL(webhook, location.href);
  // The page may only talk to its own origin, and a test should work before the public address does.
  await call(url.pathname + url.search, { method: "POST", body: testAlert(), headers: { "Content-Type": "application/json" } });
}

export function TestAlert({ webhook }: { webhook: string }) {
  const [state, setState] = useState<State>("idle");
  const send = async (): Promise<void> => {
    setState("sending");
    try {
      await sendTestAlert(webhook);
      setState("sent");
    } catch (error) {
      setState({ error: error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can't be reached." });
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <button type="button" className="control control-primary" disabled={state === "sending"} onClick={() => void send()}>
        <Send size={13} aria-hidden />
        Send a test alert
      </button>
      <span role="status" className="text-muted">
        {state === "sending" && "Sending…"}
        {state === "sent" && "Accepted. It arrives in the list, marked test."}
        {typeof state === "object" && <span className="text-error">{state.error}</span>}
      </span>
    </div>
  );
}
