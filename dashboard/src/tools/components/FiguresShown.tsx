/** Figures on tiles, names with values, badges, lights and ages. */

import { Age } from "../../components/Age";
import { Badge, type Tone } from "../../components/Badge";
import { Card } from "../../components/Card";
import { KeyValues } from "../../components/KeyValues";
import { LampLine } from "../../components/Lamp";
import { Stat, Stats } from "../../components/Stat";

const TONES: readonly Tone[] = ["neutral", "good", "warn", "bad", "accent", "model", "unknown"];
const HOUR_MS = 3_600_000;
const pageAt = Date.now();
const ago = (ms: number): string => new Date(pageAt - ms).toISOString();

export function FiguresShown() {
  return (
    <>
      <Card title="Tiles" note="a name, a figure, a line of context">
        <Stats>
          <Stat label="Plain" value="1 284" unit="facts" note="since the start" />
          <Stat label="Gain" value="▲ +2.40 R" tone="gain" note="12 of 18 won" />
          <Stat label="Loss" value="▼ −0.85 R" tone="loss" note="3 of 9 won" />
          <Stat label="Model" value="63 %" tone="model" note="lower bound 51 %" />
          <Stat label="Warning" value="143 ms" tone="warn" note="usually 4 ms" />
          <Stat label="Bad" value="1 209" tone="bad" note="facts behind" />
          <Stat label="Unknown" value={null} note="not measured yet" />
        </Stats>
      </Card>
      <Card title="Badges and ages" span={4}>
        <p className="mb-4 flex flex-wrap gap-2">
          {TONES.map((tone) => (
            <Badge key={tone} tone={tone}>
              {tone}
            </Badge>
          ))}
        </p>
        <KeyValues
          items={[
            { name: "Seconds ago", value: <Age at={ago(12_000)} /> },
            { name: "Hours ago", value: <Age at={ago(5 * HOUR_MS)} /> },
            { name: "Older than it should be", value: <Age at={ago(48 * HOUR_MS)} warnMs={HOUR_MS} /> },
            { name: "Never", value: <Age at={null} /> },
          ]}
        />
      </Card>
      <Card title="Lights" span={8} note="what is not good says what to do">
        <ul>
          <LampLine name="Good" glow="good" text="Commits in 4 ms or less (p99)." />
          <LampLine name="Warning" glow="warn" text="Commits take up to 310 ms." todo="The disk is slow or busy: alerts wait for it before they are answered." />
          <LampLine name="Bad" glow="bad" text="The last commit failed: disk full." todo="Free some space; alerts are answered 503 and sent again until then." />
          <LampLine name="Unknown" glow="unknown" text="Nobody has told yet." />
        </ul>
      </Card>
    </>
  );
}
