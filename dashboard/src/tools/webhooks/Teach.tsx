/** Pointing at an alert's fields: each row is one of the sender's, beside it what the desk takes it for. */

import { Save, Undo2, X } from "lucide-react";

import { Card } from "../../components/Card";
import { Empty } from "../../components/States";
import type { AlertFields } from "../../connection/api";
import type { Mapping } from "./sources";
import { fieldAt, OURS, ourName, pointed, sameMapping } from "./mapping";

interface Props {
  source: string;
  told: AlertFields;
  mapping: Mapping;
  saved: Mapping;
  saving: boolean;
  onChange: (mapping: Mapping) => void;
  onSave: () => void;
}

/** A value as it may be pointed at: text as it is, all else as JSON. */
const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export function Teach({ source, told, mapping, saved, saving, onChange, onSave }: Props) {
  const fields = told.alerts[0]?.fields ?? [];
  const changed = !sameMapping(mapping, saved);
  const paths = new Set(fields.map((one) => one.path));
  const elsewhere = Object.entries(mapping).filter(([, path]) => !paths.has(path));
  return (
    <Card
      title="Teach its fields"
      note={<span className="max-[719px]:hidden">point at a field and say what it is; the dry run beside shows the effect</span>}
      span={12}
      actions={
        changed && (
          <>
            <button type="button" className="control" onClick={() => onChange(saved)}>
              <Undo2 size={13} aria-hidden />
              Take back
            </button>
            <button type="button" className="control control-primary" disabled={saving} onClick={onSave}>
              <Save size={13} aria-hidden />
              Save for {source}
            </button>
          </>
        )
      }
    >
      {fields.length === 0 ? (
        <Empty title="This alert has no fields to point at.">Plain words are read by their meaning alone. Send JSON or key=value to teach names.</Empty>
      ) : (
        <div className="overflow-x-auto">
          <table className="w-full">
            <caption className="sr-only">The alert’s fields</caption>
            <thead>
              <tr className="hairline-b h-7 text-left">
                <th className="label pr-4 font-normal">Their field</th>
                <th className="label pr-4 font-normal">Value</th>
                <th className="label pr-4 font-normal max-[719px]:hidden">Read as</th>
                <th className="label w-44 font-normal max-[719px]:w-32">Take it as</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field) => {
                const taught = fieldAt(mapping, field.path);
                return (
                  <tr key={field.path} className="h-8 border-b border-line/50" data-field={field.path}>
                    <td className="figure max-w-0 truncate pr-4" title={field.path}>
                      {field.path}
                    </td>
                    <td className="figure max-w-0 truncate pr-4 text-muted" title={shown(field.value)}>
                      {shown(field.value)}
                    </td>
                    <td className="pr-4 max-[719px]:hidden">{field.read_as === null ? <span className="text-faint">nothing</span> : <span className={taught === "" ? "text-text" : "text-accent"}>{ourName(field.read_as)}</span>}</td>
                    <td>
                      <select className="control w-44 max-[719px]:w-32" aria-label={`Take ${field.path} as`} data-on={taught !== ""} value={taught} onChange={(event) => onChange(pointed(mapping, field.path, event.target.value))}>
                        <option value="">{field.read_as === null || taught !== "" ? "as it is" : `as it is: ${ourName(field.read_as)}`}</option>
                        {ordered(told.ours).map((ours) => (
                          <option key={ours} value={ours}>
                            {ourName(ours)}
                          </option>
                        ))}
                      </select>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {elsewhere.length > 0 && (
        <p className="mt-3 flex flex-wrap items-center gap-2 text-muted">
          Also taught, not in this alert:
          {elsewhere.map(([ours, path]) => (
            <span key={ours} className="inline-flex items-center gap-1 rounded border border-line px-1.5">
              {ourName(ours)} ← <span className="figure">{path}</span>
              <button type="button" aria-label={`Forget ${ourName(ours)}`} className="hover:text-text" onClick={() => onChange(pointed(mapping, path, ""))}>
                <X size={12} aria-hidden />
              </button>
            </span>
          ))}
        </p>
      )}
    </Card>
  );
}

/** Ours in the order of the words above, the rest behind. */
function ordered(ours: readonly string[]): string[] {
  const known = Object.keys(OURS);
  const place = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  return [...ours].filter((name) => name !== "sent_at").sort((a, b) => place(a) - place(b));
}
