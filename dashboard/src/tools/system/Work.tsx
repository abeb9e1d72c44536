/** Long work with its progress and a way to stop it, and the facts that a follower could not handle. */

import { RotateCcw } from "lucide-react";

import { ask } from "../../connection/ask";
import { ApiError } from "../../connection/http";
import { Age } from "../../components/Age";
import { Badge, type Tone } from "../../components/Badge";
import { Card } from "../../components/Card";
import { Problem } from "../../components/Problem";
import { Progress } from "../../components/Progress";
import { Empty, Loading } from "../../components/States";
import type { JobProgress } from "../../events";
import { toast } from "../../state/toasts";
import { useDeadLetters, useJobs } from "./data";

const TONE: Record<JobProgress["state"], Tone> = { running: "accent", done: "good", failed: "bad", cancelled: "neutral" };

function failed(title: string, error: unknown): void {
  toast({ key: title, tone: "bad", title, text: error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached." });
}

export function Jobs() {
  const jobs = useJobs();
  const cancel = (job_id: string): void => void ask("POST /api/jobs/{job_id}/cancel", { path: { job_id } }).catch((error: unknown) => failed("The job was not cancelled.", error));
  return (
    <Card title="Long work" span={6}>
      {jobs.length === 0 ? (
        <Empty title="Nothing runs.">Backfills, rebuilds and archiving show their progress here; what can be cancelled says so.</Empty>
      ) : (
        <ul className="max-h-64 space-y-3 overflow-y-auto">
          {jobs.map((one) => (
            <li key={one.job} data-job={one.job}>
              {one.state === "running" ? <Progress label={one.name} done={one.done} total={one.total} remainingS={one.remaining_s} onCancel={one.can_cancel ? () => cancel(one.job) : undefined} /> : <Ended job={one} />}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Ended({ job }: { job: JobProgress }) {
  return (
    <div className="flex items-baseline gap-2.5">
      <Badge tone={TONE[job.state]}>{job.state}</Badge>
      <span className="min-w-0 flex-1">
        {job.name}
        {job.error && (
          <span className="block text-muted">
            {job.error.message} {job.error.hint}
          </span>
        )}
      </span>
      <span className="text-faint">
        <Age at={job.ended_at} />
      </span>
    </div>
  );
}

export function DeadLetters() {
  const { query, retry } = useDeadLetters();
  const items = query.data?.items ?? [];
  return (
    <Card title="Dead letters" span={6} note="facts that a follower set aside after several tries">
      {query.isPending && <Loading what="dead letters" />}
      {query.isError && <Problem what="Dead letters could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && <Empty title="None: every fact was handled." />}
      {items.length > 0 && (
        <ul className="max-h-64 space-y-2 overflow-y-auto">
          {items.map((one) => (
            <li key={one.id} className="flex items-baseline gap-2.5">
              <Badge tone={one.state === "handled" ? "good" : one.state === "asked" ? "accent" : "bad"}>{one.state}</Badge>
              <span className="min-w-0 flex-1 break-words">
                <span className="figure">#{one.seq}</span> {one.follower} <span className="text-muted">{one.error}</span>
              </span>
              <span className="text-faint">
                <Age at={one.at} />
              </span>
              {one.state === "waiting" && (
                <button type="button" className="quiet -my-1" onClick={() => void retry(one.id).catch((error: unknown) => failed("It was not tried again.", error))}>
                  <RotateCcw size={13} aria-hidden />
                  Try again
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
