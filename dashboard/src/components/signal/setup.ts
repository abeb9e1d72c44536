/** The set-up of the default source, shared by every place that shows where alerts go. */

import { useQuery } from "@tanstack/react-query";

import type { Setup } from "../../connection/api";
import { ask } from "../../connection/ask";

/** Where alerts go and what to paste; null for a principal that may not see the webhook's token. */
export function useSetup() {
  return useQuery({
    queryKey: ["setup"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Setup | null> => (await ask("GET /api/webhook/health", { signal })).setup,
  });
}
