/** Charts, full, with holes, and empty. */

import { Card } from "../../components/Card";
import { Bars } from "../../components/charts/Bars";
import { Histogram } from "../../components/charts/Histogram";
import { Probability } from "../../components/charts/Probability";
import type { Segment } from "../../components/charts/segments";
import type { Point } from "../../components/charts/series";
import { Spark } from "../../components/charts/Spark";
import { StateStrip } from "../../components/charts/StateStrip";
import { milliseconds, percent, signed } from "../../state/format";

const NOON = Date.UTC(2026, 0, 7, 17);
const MINUTE = 60_000;
const COUNTS = [0, 0, 1, 3, 8, 14, 22, 31, 27, 18, 9, 4, 1, 0];

const wave: Point[] = Array.from({ length: 60 }, (_, index) => ({ at: NOON + index * MINUTE, value: 40 + 25 * Math.sin(index / 6) + (index % 7) }));
const holed: Point[] = wave.map((one, index) => (index > 20 && index < 32 ? { ...one, value: null } : one));
const bins = COUNTS.map((count, index) => ({ from: index / COUNTS.length, to: (index + 1) / COUNTS.length, count, marked: Math.round(count * 0.6) }));
const states: Segment[] = [
  { from: NOON, to: NOON + 22 * MINUTE, glow: "good", name: "live" },
  { from: NOON + 22 * MINUTE, to: NOON + 27 * MINUTE, glow: "warn", name: "polling" },
  { from: NOON + 40 * MINUTE, to: NOON + 44 * MINUTE, glow: "bad", name: "offline" },
  { from: NOON + 44 * MINUTE, to: NOON + 58 * MINUTE, glow: "good", name: "live" },
];

export function ChartsShown() {
  const hour = { from: NOON, to: NOON + 60 * MINUTE };
  return (
    <>
      <Card title="Sparklines" span={4}>
        <div className="space-y-5 pt-3">
          <Spark label="A figure" points={wave} format={milliseconds} />
          <Spark label="With a hole" points={holed} format={milliseconds} tone="model" />
          <Spark label="Nothing yet" points={[]} format={milliseconds} />
        </div>
      </Card>
      <Card title="State strips" span={8} note="hatched is unknown; the last state is never stretched">
        <div className="space-y-3">
          <StateStrip label="Connection" segments={states} {...hour} />
          <StateStrip label="Nothing known" segments={[]} {...hour} axis="told" />
        </div>
      </Card>
      <Card title="Histogram" span={4}>
        <Histogram label="Scores" bins={bins} format={percent} mark={{ at: 0.7, name: "high confidence from" }} markedName="sized" />
      </Card>
      <Card title="Bars" span={4}>
        <Bars
          label="Importance"
          bars={[
            { name: "stop in ATR", value: 0.31, told: "0.310" },
            { name: "hours to close", value: 0.22, told: "0.220" },
            { name: "a feature with a rather long name", value: 0.08, told: "0.080" },
          ]}
        />
      </Card>
      <Card title="Bars both ways" span={4}>
        <Bars
          label="Contributions"
          bars={[
            { name: "strength", value: 0.24, told: signed(0.24, 2) },
            { name: "since last", value: -0.15, told: signed(-0.15, 2) },
          ]}
        />
        <div className="mt-4 space-y-1">
          <Probability value={0.63} low={0.51} />
          <Probability value={0.63} low={0.51} starter />
          <Probability value={null} low={null} />
        </div>
      </Card>
    </>
  );
}
