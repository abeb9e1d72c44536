/** Calls to the API by the names and shapes that the server declares: `ask("GET /api/models")`. */

import type { Operations } from "./api";
import { call, type CallOptions } from "./http";

type Name = keyof Operations;

type Given<K extends Name> = (Operations[K]["path"] extends undefined ? { path?: undefined } : { path: Operations[K]["path"] }) & {
  query?: Operations[K]["query"];
  /** Sent as JSON. */
  body?: Operations[K]["body"];
  /** Sent as it is, as CSV. */
  file?: File;
  signal?: AbortSignal;
};

type Rest<K extends Name> = Operations[K]["path"] extends undefined ? [given?: Given<K>] : [given: Given<K>];

/** The declared answer. Raises ApiError for a refusal and TypeError when the server can't be reached. */
export async function ask<K extends Name>(name: K, ...[given]: Rest<K>): Promise<Operations[K]["answer"]> {
  const [method = "GET", template = ""] = name.split(" ");
  const path = template.replace(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(values(given?.path)[part] ?? ""));
  const query = new URLSearchParams(values(given?.query)).toString();
  const options = { method: method as "GET" | "POST" | "PUT" | "DELETE", ...carried(given?.body, given?.file), ...(given?.signal ? { signal: given.signal } : {}) };
  // The shape is the server's promise, which its own tests hold it to (tests/web/test_shapes.py).
  return await call(query === "" ? path : `${path}?${query}`, options);
}

function carried(json: unknown, file: File | undefined): Pick<CallOptions, "body" | "headers"> {
  if (file !== undefined) return { body: file, headers: { "Content-Type": "text/csv" } };
  return json === undefined ? {} : { body: JSON.stringify(json), headers: { "Content-Type": "application/json" } };
}

function values(given: Record<string, string | undefined> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(given ?? {}).filter((one): one is [string, string] => one[1] !== undefined));
}
