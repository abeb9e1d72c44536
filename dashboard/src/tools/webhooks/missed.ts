/** Comparing an alert log with what was received: a job of the desk, followed until its report is there. */

import { useQuery } from "@tanstack/react-query";

import { isRecord } from "../../connection/envelope";
import { ask } from "../../connection/ask";
import type { JobProgress } from "../../events";
import { readFacts, type ActivityFact } from "../../state/activity";
import { useDesk } from "../../state/desk";
import { number, readFigures, text } from "../../state/read";
import { useRefresh } from "../../state/refresh";

export interface Missing {
  line: number;
  at: string;
  symbol: string;
  text: string;
}

export interface Report {
  rows: number;
  found: number;
  missing: number;
  unusable: Readonly<Record<string, number>>;
  from: string | null;
  to: string | null;
  /** The first of the missing ones. */
  items: readonly Missing[];
  /** null while nothing was asked to be stored. */
  stored: number | null;
  refused: Readonly<Record<string, number>>;
}

export function readReport(value: unknown): Report | null {
  if (!isRecord(value)) return null;
  const items = Array.isArray(value["items"]) ? value["items"].filter(isRecord) : [];
  return {
    rows: number(value, "rows") ?? 0,
    found: number(value, "found") ?? 0,
    missing: number(value, "missing") ?? 0,
    unusable: readFigures(value["unusable"]),
    from: text(value, "from"),
    to: text(value, "to"),
    items: items.map((one) => ({ line: number(one, "line") ?? 0, at: text(one, "at") ?? "", symbol: text(one, "symbol") ?? "", text: text(one, "text") ?? "" })),
    stored: number(value, "stored"),
    refused: readFigures(value["refused"]),
  };
}

/** Starts the job and gives its id. Raises ApiError: too large, one runs already. */
export async function upload(file: File, source: string, store: boolean): Promise<string> {
  const query = { source, ...(store ? { store: "yes" } : {}) };
  return (await ask("POST /api/backfill/upload", { query, file })).job;
}

export async function cancelJob(id: string): Promise<void> {
  await ask("POST /api/jobs/{job_id}/cancel", { path: { job_id: id } });
}

/** Progress comes by the link; where it does not, the desk is asked now and then. */
const ASK_MS = 2_000;

interface Whole {
  progress: JobProgress;
  report: Report | null;
}

export function useJob(id: string | null) {
  const told = useDesk((desk) => (id === null ? undefined : desk.jobs.get(id)));
  const query = useQuery({
    // Its end is another answer: the report is in it.
    queryKey: ["job", id, told?.state ?? "asked"],
    queryFn: async ({ signal }): Promise<Whole> => {
      const { result, ...progress } = await ask("GET /api/jobs/{job_id}", { path: { job_id: id ?? "" }, signal });
      return { progress, report: readReport(result) };
    },
    enabled: id !== null,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.progress.state === "running" ? ASK_MS : false),
  });
  const asked = query.data?.progress ?? null;
  const progress = told === undefined || (asked !== null && asked.state !== "running") ? asked : told;
  return { progress, report: query.data?.report ?? null, error: query.error };
}

/** What was compared and stored before, newest first. */
export function useEarlier() {
  useRefresh("backfills", ({ type }) => type === "backfill_complete");
  return useQuery({
    queryKey: ["backfills"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<ActivityFact[]> => readFacts((await ask("GET /api/activity", { query: { types: "backfill_complete", limit: "10" }, signal })).items),
  });
}
