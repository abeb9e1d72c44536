/** Calls to the server's own API: the CSRF header, errors as `{code, message, hint}`, and an ended session said once. */

import { isRecord } from "./envelope";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

let csrf = "";
let onSessionEnd: () => void = () => undefined;

/** Called once by the roof: the page's CSRF value, and what to do when the session has ended. */
export function configureHttp(options: { csrf: string; onSessionEnd: () => void }): void {
  csrf = options.csrf;
  onSessionEnd = options.onSessionEnd;
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The parsed JSON answer. Raises ApiError for a refusal and TypeError when the server can't be reached. */
export async function call(path: string, options: CallOptions = {}): Promise<unknown> {
  const unsafe = options.method !== undefined && options.method !== "GET";
  const response = await fetch(path, {
    method: options.method ?? "GET",
    body: options.body ?? null,
    headers: { Accept: "application/json", ...(unsafe ? { "X-CSRF-Token": csrf } : {}), ...options.headers },
    signal: options.signal ?? null,
    credentials: "same-origin",
    cache: "no-store",
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401 && !path.startsWith("/webhook")) onSessionEnd();
  throw refusal(response.status, answer);
}

function refusal(status: number, answer: unknown): ApiError {
  const said = isRecord(answer) && isRecord(answer["error"]) ? answer["error"] : {};
  const text = (key: string, otherwise: string): string => {
    const value = said[key];
    return typeof value === "string" ? value : otherwise;
  };
  return new ApiError(
    status,
    text("code", `http_${status}`),
    text("message", `The server answered ${status}.`),
    text("hint", status >= 500 ? "Try again in a moment; the server's log has the cause." : ""),
  );
}
