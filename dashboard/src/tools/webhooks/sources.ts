/** The sources with their settings and addresses, and what their owner can change. */

import { useQuery } from "@tanstack/react-query";

import type { Source } from "../../connection/api";
import { ask } from "../../connection/ask";
import { SOON_MS, useRefresh } from "../../state/refresh";

/** Our field → the sender's dotted path. */
export type Mapping = Readonly<Record<string, string>>;

/** As `PUT /api/sources/<name>` takes them; what is left out stays. */
export interface SourceChange {
  mapping?: Mapping | null;
  muted_until?: string | null;
  expected_every_s?: number | null;
}

/** Refused (403) for who may not see tokens. */
export function useSources() {
  useRefresh("sources", ({ type }) => type === "source_update", SOON_MS);
  return useQuery({
    queryKey: ["sources"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Source[]> => (await ask("GET /api/sources", { signal })).items,
  });
}

/** Makes or changes a source. Raises ApiError. */
export async function saveSource(name: string, change: SourceChange): Promise<void> {
  await ask("PUT /api/sources/{name}", { path: { name }, body: change });
}

/** The old token opens nothing from now on. Raises ApiError. */
export async function rotateToken(name: string): Promise<void> {
  await ask("POST /api/sources/{name}/rotate", { path: { name } });
}

/** The address with its token hidden: enough to know it by, not enough to use it. */
export function masked(url: string): string {
  return url.replace(/(\/webhook\/).+$/, (_, path: string) => `${path}${"•".repeat(24)}`);
}

export function isMuted(source: Pick<Source, "muted_until"> | undefined, now: number): boolean {
  return source?.muted_until != null && Date.parse(source.muted_until) > now;
}
