/** Colours with their meanings, and the type scale. */

import { Card } from "../../components/Card";

const GROUNDS = [
  ["bg-ground", "ground"],
  ["bg-raised", "raised"],
  ["bg-lifted", "lifted"],
  ["bg-line", "line"],
] as const;

const MEANINGS = [
  ["text-text", "text", "what is read"],
  ["text-muted", "muted", "what stands beside it"],
  ["text-faint", "faint", "names, units, what is unknown"],
  ["text-accent", "accent", "what can be acted on"],
  ["text-model", "model", "what the model says"],
  ["text-gain", "gain", "▲ a gain"],
  ["text-loss", "loss", "▼ a loss"],
  ["text-good", "good", "a light that is on"],
  ["text-warn", "warn", "worth a look"],
  ["text-error", "error", "to be mended"],
] as const;

export function TokensShown() {
  return (
    <>
      <Card title="Colours" span={6} note="each has a meaning, or is absent">
        <div className="mb-4 grid grid-cols-4 gap-2">
          {GROUNDS.map(([colour, name]) => (
            <div key={name} className={`flex h-10 items-end rounded border border-line p-1.5 text-[11px] text-muted ${colour}`}>
              {name}
            </div>
          ))}
        </div>
        <dl className="grid grid-cols-[72px_minmax(0,1fr)] gap-y-1">
          {MEANINGS.map(([colour, name, meaning]) => (
            <div key={name} className="contents">
              <dt className="text-faint">{name}</dt>
              <dd className={colour}>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card title="Type" span={6} note="figures are tabular; weights 400 and 600">
        <div className="space-y-3">
          <p className="figure-large">21 450.25 +0.4 R</p>
          <p className="text-[14px] font-semibold">Page title, 14 px</p>
          <p className="font-semibold">Card title, 13 px</p>
          <p>Text, 13 px: a trader glances at it a thousand times a day.</p>
          <p className="figure">figures 12 px 0123456789 −1.25 R</p>
          <p className="figure">figures 12 px 9876543210 +8.61 R</p>
          <p className="label">Label, 11 px</p>
        </div>
      </Card>
    </>
  );
}
