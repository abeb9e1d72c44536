/** What the model goes by, from its own card; where the card has none, what moved its recent scores, and that it is only that. */

import type { Strength } from "../../connection/api";
import { isRecord } from "../../connection/envelope";
import { Bars } from "../../components/charts/Bars";
import { Card } from "../../components/Card";
import { Empty } from "../../components/States";
import { BASELINE, featureWords } from "../../components/signal/features";

const SHOWN = 9;

interface Weight {
  name: string;
  value: number;
}

/** A card's importance as the trainer writes it: `{feature: share}` or `[{feature, importance}]`; largest first. */
export function importance(given: unknown): Weight[] {
  const named: [unknown, unknown][] = Array.isArray(given)
    ? given.filter(isRecord).map((one) => [one["feature"], one["importance"] ?? one["value"]])
    : isRecord(given)
      ? Object.entries(given)
      : [];
  return named.flatMap(([name, value]) => (typeof name === "string" && typeof value === "number" ? [{ name: featureWords(name), value }] : [])).sort((a, b) => b.value - a.value);
}

interface Props {
  given: unknown;
  strength: readonly Strength[];
  features: readonly string[];
}

export function Importance({ given, strength, features }: Props) {
  const weights = importance(given);
  const recent = strength.filter((one) => one.feature !== BASELINE).map((one) => ({ name: featureWords(one.feature), value: one.mean_abs_log_odds }));
  const shown = (weights.length > 0 ? weights : recent).slice(0, SHOWN);
  return (
    <Card title={weights.length > 0 ? "Importance" : "What moved recent scores"} span={4} note={features.length > 0 ? `${features.length} features` : undefined}>
      {weights.length === 0 && <p className="mb-2 text-muted">This model’s card holds no importance of its features{recent.length > 0 ? "; these are their mean contributions to recent scores, in log-odds." : "."}</p>}
      {shown.length > 0 ? (
        <Bars label="Weight of features" bars={shown.map((one) => ({ ...one, told: one.value.toFixed(3) }))} nameWidth="46%" />
      ) : (
        <Empty title="No scores yet.">{features.length > 0 ? `It reads ${features.map(featureWords).join(", ")}.` : "A model’s features are listed here once one is loaded."}</Empty>
      )}
    </Card>
  );
}
