/** The model in use on one line: what it is, what it was made from, and how it did on what it had never seen. */

import type { Calibration, Interval, ModelNow } from "../../connection/api";
import { Age } from "../../components/Age";
import { Badge } from "../../components/Badge";
import { Card } from "../../components/Card";
import { Lamp, GLOW_TEXT } from "../../components/Lamp";
import { Stat, Stats } from "../../components/Stat";
import { percent, quantity, signed, UNKNOWN } from "../../state/format";
import { condition } from "./condition";

const decimals = (value: number): string => value.toFixed(3);

function interval(one: Interval, tell: (value: number) => string): string {
  return `${tell(one.low)} to ${tell(one.high)}`;
}

export function ModelSummary({ model, origin, stale }: { model: ModelNow; origin: string | null; stale: boolean }) {
  const { figures } = model;
  const state = condition(model);
  const unjudged = figures === null;
  return (
    <Card
      title="Model in use"
      stale={stale}
      note={model.id === null ? undefined : <span className="figure">{model.id}</span>}
      actions={<Badge tone={model.starter ? "warn" : model.status === "champion" ? "model" : "unknown"}>{model.note ?? model.status}</Badge>}
    >
      <p className="mb-4 flex items-baseline gap-2" data-condition={state.glow}>
        <span className="relative top-px">
          <Lamp glow={state.glow} />
        </span>
        <span>
          <span className={state.glow === "good" ? "" : GLOW_TEXT[state.glow]}>{state.text}</span>
          {state.todo !== undefined && <span className="text-muted"> {state.todo}</span>}
        </span>
      </p>
      <Stats>
        <Stat label="Skill" value={unjudged ? null : signed(figures.skill.value, 3)} note={unjudged ? "not judged" : interval(figures.skill, (value) => signed(value, 3))} hint="Brier skill against always saying the base rate: above 0 it knows something. The line below is its 95 % interval." />
        <Stat label="AUC" value={unjudged ? null : decimals(figures.auc.value)} note={unjudged ? "not judged" : interval(figures.auc, decimals)} hint="How often a winner was given more than a loser; 0.5 is chance." />
        <Stat label="Brier" value={unjudged ? null : decimals(figures.brier.value)} note={unjudged ? "not judged" : interval(figures.brier, decimals)} hint="Mean squared error of the probabilities; lower is better." />
        <Stat label="Calibration error" value={unjudged ? null : decimals(figures.ece.value)} note={unjudged ? "not judged" : chance(figures.ece)} tone={!unjudged && figures.ece.value > figures.ece.null_95 ? "warn" : "plain"} hint="How far predicted and realised lie apart on average; chance alone gives up to the value below." />
        <Stat label="Base rate" value={percent(model.base_rate)} note="of trades that win" />
        <Stat label="Judged on" value={unjudged ? null : quantity(figures.n)} note={`trained on ${quantity(model.n)}`} hint="Samples that came after those it was trained on." />
        <Stat label="Trained" value={model.trained_at === null ? null : <Age at={model.trained_at} plain />} unit="ago" note={origin ?? UNKNOWN} hint="How long ago, and from what." />
      </Stats>
    </Card>
  );
}

function chance(one: Calibration): string {
  return `chance up to ${decimals(one.null_95)}`;
}
