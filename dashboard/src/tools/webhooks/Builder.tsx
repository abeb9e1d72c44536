/** Builds a message from the fields that one wants. */

import { useMemo, useState } from "react";

import { Card } from "../../components/Card";
import { Segmented } from "../../components/Segmented";
import { MessageText } from "./MessageText";
import { built, FIELDS, type AlertKind } from "./messages";

const KINDS = [
  ["strategy", "Strategy"],
  ["indicator", "Indicator"],
] as const;
const SIDES = [
  ["buy", "Buy"],
  ["sell", "Sell"],
] as const;

export function Builder() {
  const [kind, setKind] = useState<AlertKind>("strategy");
  const [side, setSide] = useState<"buy" | "sell">("buy");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(FIELDS.filter((field) => field.on).map((field) => field.name)));
  const text = useMemo(() => built(kind, chosen, side), [kind, chosen, side]);
  const toggle = (name: string): void => setChosen((now) => (now.has(name) ? new Set([...now].filter((one) => one !== name)) : new Set([...now, name])));
  return (
    <Card title="Or build your own" span={5} actions={<Segmented label="What fires it" value={kind} options={KINDS} onChoose={setKind} />}>
      {kind === "indicator" && (
        <div className="mb-3 flex items-center gap-3">
          <span className="text-muted">This alert means</span>
          <Segmented label="Side" value={side} options={SIDES} onChoose={setSide} />
        </div>
      )}
      <fieldset className="mb-3 grid grid-cols-2 gap-x-3">
        <legend className="sr-only">Fields</legend>
        {FIELDS.filter((field) => field[kind] !== null).map((field) => (
          <label key={field.name} className="flex min-h-6 items-center gap-2 text-muted has-checked:text-text" title={field.note}>
            <input type="checkbox" className="accent-(--accent)" checked={field.always || chosen.has(field.name)} disabled={field.always} onChange={() => toggle(field.name)} />
            <span className="truncate">{field.label}</span>
          </label>
        ))}
      </fieldset>
      <MessageText label="Built message" text={text} />
    </Card>
  );
}
