/** Comparing an alert log with what was received: a job of the desk, followed until its report is there. */

import { useQuery } from "@tanstack/react-query";

import type { BackfillReport, JobWhole } from "../../connection/api";
import { ask } from "../../connection/ask";
import type { JobProgress } from "../../events";
import { useDesk } from "../../state/desk";
import { useRefresh } from "../../state/refresh";

/** Starts the job and gives its id. Raises ApiError: too large, one runs already. */
export async function upload(file: File, source: string, store: boolean): Promise<string> {
  const query = { source, ...(store ? { store: "yes" } : {}) };
  return (await ask("POST /api/backfill/upload", { query, file })).job;
}

export async function cancelJob(id: string): Promise<void> {
  await ask("POST /api/jobs/{job_id}/cancel", { path: { job_id: id } });
}

const reportOf = (result: JobWhole["result"]): BackfillReport | null => (result !== null && "missing" in result ? result : null);

/** Progress comes by the link; where it does not, the desk is asked now and then. */
const ASK_MS = 2_000;

interface Whole {
  progress: JobProgress;
  report: BackfillReport | null;
}

export function useJob(id: string | null) {
  const told = useDesk((desk) => (id === null ? undefined : desk.jobs.get(id)));
  const query = useQuery({
    // Its end is another answer: the report is in it.
    queryKey: ["job", id, told?.state ?? "asked"],
    queryFn: async ({ signal }): Promise<Whole> => {
      const { result, ...progress } = await ask("GET /api/jobs/{job_id}", { path: { job_id: id ?? "" }, signal });
      return { progress, report: reportOf(result) };
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
    queryFn: async ({ signal }) => (await ask("GET /api/activity", { query: { types: "backfill_complete", limit: "10" }, signal })).items,
  });
}
