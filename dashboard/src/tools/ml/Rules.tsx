/** The sizing rules in force, in words with their numbers: what a size depends on. */

import type { SizingRules } from "../../connection/api";
import { Card } from "../../components/Card";
import { KeyValues, type KeyValue } from "../../components/KeyValues";
import { age, exactPercent, quantity, UNKNOWN } from "../../state/format";

const off = <span className="text-faint">off</span>;
const figure = (text: string) => <span className="figure">{text}</span>;

function lines(rules: SizingRules, starter: boolean): KeyValue[] {
  const share = (value: number | null, decimals = 1) => (value === null || value === 0 ? off : figure(`${(value * 100).toFixed(decimals)}\u202f%`));
  return [
    { name: "Account", value: figure(`${quantity(rules.equity)} ${rules.currency}${rules.equity_assumed ? " assumed" : ""}`), hint: "ACCOUNT_EQUITY" },
    { name: "Risk a trade", value: figure(`${exactPercent(rules.risk_per_trade).replace(/\.?0+(?=\D*$)/, "")} = ${quantity(Math.round(rules.equity * rules.risk_per_trade))} ${rules.currency}`), hint: "RISK_PER_TRADE" },
    { name: "Full size from an edge of", value: starter ? <span className="text-faint">not with a starter</span> : share(rules.full_edge), hint: "FULL_EDGE: lower bound minus break-even" },
    { name: "Never below a probability of", value: share(rules.min_confidence), hint: "MIN_CONFIDENCE" },
    { name: "Full size from a probability of", value: share(rules.full_confidence), hint: "FULL_CONFIDENCE" },
    { name: "When a model gives none", value: rules.unscored_policy === 0 ? "no trade" : figure(`${(rules.unscored_policy * 100).toFixed(0)}\u202f% of the size`), hint: "UNSCORED_POLICY" },
    { name: "Kelly cap", value: rules.kelly_fraction === 0 ? off : figure(`${rules.kelly_fraction} of Kelly`), hint: "KELLY_FRACTION" },
    { name: "Volatility target", value: share(rules.volatility_target, 2), hint: "VOLATILITY_TARGET, per bar" },
    { name: "Stop where none is given", value: figure(`${rules.atr_multiple} ATR`), hint: "ATR_MULTIPLE" },
    { name: "Target where none is given", value: figure(`${rules.target_r} R`), hint: "TARGET_R" },
    { name: "Costs in and out", value: figure(`${rules.cost_ticks} ticks`), hint: "COST_TICKS" },
    { name: "Entries expire after", value: figure(age(rules.max_signal_age_s * 1_000)), hint: "MAX_SIGNAL_AGE" },
  ];
}

export function Rules({ rules, starter }: { rules: SizingRules | undefined; starter: boolean }) {
  return (
    <Card title="Sizing rules in force">
      {rules === undefined ? <span className="text-faint">{UNKNOWN}</span> : <KeyValues items={lines(rules, starter)} columns />}
    </Card>
  );
}
