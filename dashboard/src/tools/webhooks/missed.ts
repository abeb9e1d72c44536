/** Comparing an alert log with what was received: a job of the desk, followed until its report is there. */

import { useQuery } from "@tanstack/react-query";

import { isRecord } from "../../connection/envelope";
import { call } from "../../connection/http";
import type { JobProgress } from "../../events";
import { readFacts, type ActivityFact } from "../../state/activity";
import { useDesk } from "../../state/desk";
import { number, readFigures, readJob, text } from "../../state/read";
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
  const query = new URLSearchParams({ source, ...(store ? { store: "yes" } : {}) });
  const answer = await call(`/api/backfill/upload?${query.toString()}`, { method: "POST", body: file, headers: { "Content-Type": "text/csv" } });
  const job = isRecord(answer) ? text(answer, "job") : null;
  if (job === null) throw new TypeError("the answer names no job");
  return job;
}

export async function cancelJob(id: string): Promise<void> {
  await call(`/api/jobs/${encodeURIComponent(id)}/cancel`, { method: "POST" });
}

/** Progress comes by the link; where it does not, the desk is asked now and then. */
const ASK_MS = 2_000;

interface Whole {
  progress: JobProgress | null;
  report: Report | null;
}

export function useJob(id: string | null) {
  const told = useDesk((desk) => (id === null ? undefined : desk.jobs.get(id)));
  const query = useQuery({
    // Its end is another answer: the report is in it.
    queryKey: ["job", id, told?.state ?? "asked"],
    queryFn: async ({ signal }): Promise<Whole> => {
      const answer = await call(`/api/jobs/${encodeURIComponent(id ?? "")}`, { signal });
      if (!isRecord(answer)) throw new TypeError("the answer holds no job");
      return { progress: readJob(answer), report: readReport(answer["result"]) };
    },
    enabled: id !== null,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.progress?.state === "running" ? ASK_MS : false),
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
    queryFn: async ({ signal }): Promise<ActivityFact[]> => {
      const answer = await call("/api/activity?types=backfill_complete&limit=10", { signal });
      return readFacts(isRecord(answer) ? answer["items"] : null);
    },
  });
}
