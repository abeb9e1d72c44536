/** The dry run: paste an alert, see every step and what would be done; teach what was not understood. Nothing is stored. */

import { useMemo, useState } from "react";

import { Card } from "../../components/Card";
import { Choose } from "../../components/Choose";
import { Problem } from "../../components/Problem";
import { Empty, Loading } from "../../components/States";
import { ApiError } from "../../connection/http";
import { toast } from "../../state/toasts";
import { setDraft, useDraft } from "./draft";
import { useExplained, useFields, useSettled, type Subject } from "./explain";
import { saveSource, useSources, type Mapping } from "./sources";
import { Steps } from "./Steps";
import { sameMapping } from "./mapping";
import { Teach } from "./Teach";
import { filled, TEMPLATES } from "./messages";

interface Props {
  /** A stored alert's number; null for a pasted one. */
  seq: number | null;
  onPaste: () => void;
}

const NONE: Mapping = {};
const DEFAULT = "tradingview";

export function Try({ seq, onPaste }: Props) {
  const draft = useDraft();
  const body = useSettled(draft);
  const [chosen, setChosen] = useState<string | null>(null);
  const [proposed, setProposed] = useState<Mapping | null>(null);
  const [saving, setSaving] = useState(false);
  const sources = useSources();
  const subject = useMemo<Subject | null>(() => (seq === null ? (body.trim() === "" ? null : { body }) : { seq }), [seq, body]);
  const fields = useFields(subject, chosen, proposed);
  const name = chosen ?? (seq === null ? DEFAULT : (fields.data?.source ?? DEFAULT));
  const saved = sources.data?.find((one) => one.name === name)?.mapping ?? NONE;
  const mapping = proposed ?? saved;
  const explained = useExplained(subject, chosen, proposed);
  const typed = seq === null ? draft : (fields.data?.text ?? "");
  const change = (next: Mapping): void => setProposed(sameMapping(next, saved) ? null : next);
  const save = (): void => {
    setSaving(true);
    saveSource(name, { mapping: Object.keys(mapping).length === 0 ? null : mapping })
      .then(() => {
        toast({ key: "taught", title: `Taught: ${name} is read this way from now on` });
        setProposed(null);
      })
      .catch((error: unknown) => toast({ key: "taught", title: "Not saved", text: error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.", tone: "bad" }))
      .finally(() => setSaving(false));
  };
  return (
    <>
      <Card title={seq === null ? "An alert" : `Alert ${seq}, as it was stored`} span={5} actions={sources.data && <Choose label="Source" optional={false} value={name} options={sources.data.map((one) => one.name)} onChoose={(source) => { setChosen(source); setProposed(null); }} />}>
        <textarea
          className="figure min-h-56 w-full flex-1 resize-y rounded border border-line bg-ground px-3 py-2 leading-5 text-text placeholder:text-faint"
          aria-label="Alert text"
          placeholder="Paste what TradingView sends, in any form: JSON, key=value, plain words"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setDraft(event.target.value);
            if (seq !== null) onPaste();
          }}
        />
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <Choose label="An example…" value="" options={TEMPLATES.map((one) => ({ value: one.id, label: one.name }))} onChoose={(id) => { setDraft(filled(TEMPLATES.find((one) => one.id === id)?.text ?? "", Date.now())); if (seq !== null) onPaste(); }} />
          <span className="text-faint">Nothing is stored or traded.</span>
        </div>
      </Card>
      <Card title="What the desk makes of it" span={7}>
        {subject === null && <Empty title="Every step appears here as you type.">What it is read as, how it was repaired, its age, score, size, and what would be done.</Empty>}
        {subject !== null && explained.isPending && <Loading what="the dry run" />}
        {subject !== null && explained.isError && <Problem what="The dry run failed." error={explained.error} onRetry={() => void explained.refetch()} />}
        {subject !== null && explained.data && <Steps explained={explained.data} stale={explained.isPlaceholderData} />}
      </Card>
      {subject !== null && fields.data && <Teach source={name} told={fields.data} mapping={mapping} saved={saved} saving={saving} onChange={change} onSave={save} />}
    </>
  );
}
