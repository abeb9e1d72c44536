/** The sources with their settings and addresses, and what their owner can change. */

import { useQuery } from "@tanstack/react-query";

import { isRecord } from "../../connection/envelope";
import { call } from "../../connection/http";
import { number, text } from "../../state/read";
import { SOON_MS, useRefresh } from "../../state/refresh";

export type Mapping = Readonly<Record<string, string>>;

export interface Source {
  name: string;
  url: string;
  /** Its token stands in the server's own settings and can't be changed here. */
  fixed: boolean;
  symbol: string | null;
  interval: string | null;
  longOnly: boolean;
  /** Our field → the sender's dotted path. */
  mapping: Mapping;
  timezone: string | null;
  expectedEveryS: number | null;
  mutedUntil: string | null;
}

/** As `PUT /api/sources/<name>` takes them; what is left out stays. */
export interface SourceChange {
  mapping?: Mapping | null;
  muted_until?: string | null;
  expected_every_s?: number | null;
}

export function readMapping(value: unknown): Mapping {
  return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function readSource(raw: Record<string, unknown>): Source {
  return {
    name: text(raw, "name") ?? "",
    url: text(raw, "url") ?? "",
    fixed: raw["fixed"] === true,
    symbol: text(raw, "symbol"),
    interval: text(raw, "interval"),
    longOnly: raw["long_only"] === true,
    mapping: readMapping(raw["mapping"]),
    timezone: text(raw, "timezone"),
    expectedEveryS: number(raw, "expected_every_s"),
    mutedUntil: text(raw, "muted_until"),
  };
}

/** Refused (403) for who may not see tokens. */
export function useSources() {
  useRefresh("sources", ({ type }) => type === "source_update", SOON_MS);
  return useQuery({
    queryKey: ["sources"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Source[]> => {
      const answer = await call("/api/sources", { signal });
      const items = isRecord(answer) && Array.isArray(answer["items"]) ? answer["items"] : [];
      return items.filter(isRecord).map(readSource);
    },
  });
}

const JSON_TYPE = { "Content-Type": "application/json" };

/** Makes or changes a source. Raises ApiError. */
export async function saveSource(name: string, change: SourceChange): Promise<void> {
  await call(`/api/sources/${encodeURIComponent(name)}`, { method: "PUT", body: JSON.stringify(change), headers: JSON_TYPE });
}

/** The old token opens nothing from now on. Raises ApiError. */
export async function rotateToken(name: string): Promise<void> {
  await call(`/api/sources/${encodeURIComponent(name)}/rotate`, { method: "POST" });
}

/** The address with its token hidden: enough to know it by, not enough to use it. */
export function masked(url: string): string {
  return url.replace(/(\/webhook\/).+$/, (_, path: string) => `${path}${"•".repeat(24)}`);
}

export function isMuted(source: Pick<Source, "mutedUntil"> | undefined, now: number): boolean {
  return source?.mutedUntil != null && Date.parse(source.mutedUntil) > now;
}
