/** What can be clicked, typed, chosen and confirmed. */

import { Send } from "lucide-react";
import { useState } from "react";

import { Card } from "../../components/Card";
import { Choose } from "../../components/Choose";
import { Confirm } from "../../components/Confirm";
import { CopyField } from "../../components/CopyField";
import { Progress } from "../../components/Progress";
import { SearchField } from "../../components/SearchField";
import { Segmented } from "../../components/Segmented";
import { Toggle } from "../../components/Toggle";
import { toast } from "../../state/toasts";

export function ControlsShown() {
  const [verdict, setVerdict] = useState("");
  const [range, setRange] = useState<"hour" | "day" | "month">("day");
  const [on, setOn] = useState(true);
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Card title="Controls" span={6}>
        <div className="flex flex-wrap items-center gap-2">
          <button type="button" className="control control-primary" onClick={() => toast({ key: "plain", title: "Saved.", text: "Every other browser shows it already." })}>
            <Send size={13} aria-hidden />
            Toast
          </button>
          <button type="button" className="control" onClick={() => toast({ key: "bad", tone: "bad", title: "Not saved.", text: "The server can’t be reached.", action: { label: "Try again", run: () => undefined } })}>
            Bad toast
          </button>
          <button type="button" className="control control-danger" onClick={() => setAsked(true)}>
            Delete
          </button>
          <button type="button" className="control" disabled>
            Disabled
          </button>
          <button type="button" className="quiet">
            Quiet
          </button>
        </div>
        <div className="mt-4 flex flex-wrap items-center gap-2">
          <Choose label="Verdict" value={verdict} options={["take", "skip"]} onChoose={setVerdict} />
          <SearchField label="Text" value={text} onType={setText} />
          <SearchField label="Pattern" value="(" onType={setText} invalid="Unclosed bracket" />
          <Segmented
            label="Range"
            value={range}
            options={[
              ["hour", "Hour"],
              ["day", "Day"],
              ["month", "Month"],
            ]}
            onChoose={setRange}
          />
        </div>
        <div className="mt-4 space-y-3">
          <Toggle label="On or off" on={on} onChange={setOn}>
            With a word of explanation.
          </Toggle>
          <Toggle label="Can’t be changed" on={false} onChange={setOn} disabled />
        </div>
      </Card>
      <Card title="Progress and text to take along" span={6}>
        <div className="space-y-4">
          <Progress label="Backfill of alerts.csv" done={412} total={1_530} remainingS={94} onCancel={() => undefined} />
          <Progress label="Looking for what was missed" done={97} total={null} />
          <CopyField label="Webhook URL" text="https://desk.example/webhook/…" />
        </div>
      </Card>
      <Confirm
        open={asked}
        title="Delete this filter?"
        text="Every browser loses it. The events it showed stay."
        action="Delete"
        typed="delete"
        onConfirm={() => setAsked(false)}
        onClose={() => setAsked(false)}
      />
    </>
  );
}
