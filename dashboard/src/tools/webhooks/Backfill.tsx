/** Backfill: an alert-log export against what was received; what was missed is stored for the record, never traded. */

import { DatabaseBackup } from "lucide-react";
import { useState } from "react";

import { Card } from "../../components/Card";
import { Choose } from "../../components/Choose";
import { Progress } from "../../components/Progress";
import { ApiError } from "../../connection/http";
import { toast } from "../../state/toasts";
import { cancelJob, upload, useJob } from "./missed";
import { DropFile } from "./DropFile";
import { Earlier } from "./Earlier";
import { ReportView } from "./Report";
import { useSources } from "./sources";

function tell(title: string, error: unknown): void {
  toast({ key: "backfill", title, text: error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.", tone: "bad" });
}

export function Backfill() {
  const sources = useSources();
  const [source, setSource] = useState("tradingview");
  const [file, setFile] = useState<File | null>(null);
  const [id, setId] = useState<string | null>(null);
  const [storing, setStoring] = useState(false);
  const { progress, report } = useJob(id);
  const running = progress?.state === "running";
  const start = (chosen: File, store: boolean): void => {
    setFile(chosen);
    setStoring(store);
    upload(chosen, source, store)
      .then(setId)
      .catch((error: unknown) => tell("The log was not taken", error));
  };
  const cancel = (): void => void (id !== null && cancelJob(id).catch((error: unknown) => tell("Not cancelled", error)));
  return (
    <>
      <Card
        title="What was missed"
        note={<span className="max-[719px]:hidden">TradingView’s own log against what arrived here</span>}
        actions={sources.data && sources.data.length > 1 ? <Choose label="Source" optional={false} value={source} options={sources.data.map((one) => one.name)} onChoose={setSource} /> : undefined}
      >
        <DropFile label={file === null ? "Drop an alert log here" : "Drop another log here"} disabled={running} onFile={(chosen) => start(chosen, false)}>
          In TradingView open Alerts, the Log tab, its menu, and Download CSV. Nothing is stored until you say so.
        </DropFile>
        {file !== null && progress !== null && running && (
          <div className="mt-4">
            <Progress label={`${storing ? "Storing what was missed of" : "Comparing"} ${file.name}`} done={progress.done} total={progress.total} remainingS={progress.remaining_s} onCancel={progress.can_cancel ? cancel : undefined} />
          </div>
        )}
        {progress?.state === "cancelled" && <p role="status" className="mt-3 text-muted">Cancelled. What was stored until then stays.</p>}
        {progress?.state === "failed" && (
          <p role="alert" className="mt-3">
            <span className="text-error">{progress.error?.message}</span> <span className="text-muted">{progress.error?.hint}</span>
          </p>
        )}
      </Card>
      {file !== null && report !== null && !running && (
        <ReportView
          report={report}
          name={file.name}
          actions={
            report.missing > 0 && report.stored === null ? (
              <button type="button" className="control control-primary" onClick={() => start(file, true)}>
                <DatabaseBackup size={13} aria-hidden />
                Store the {report.missing} missed
              </button>
            ) : undefined
          }
        />
      )}
      <Earlier />
    </>
  );
}
