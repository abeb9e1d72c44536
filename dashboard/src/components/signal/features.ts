/** The model's features and their values in the trader's words, each short enough for a table's cell. */

import { age, percent, UNKNOWN } from "../../state/format";

/** Where every score starts; it moves none. */
export const BASELINE = "baseline";

const WORDS: Readonly<Record<string, string>> = {
  [BASELINE]: "base rate",
  long: "buy or sell",
  stop_pct: "stop, % of price",
  reward_r: "target, in R",
  stop_atr: "stop, in ATR",
  atr_pct: "ATR, % of price",
  strength: "confidence sent",
  rsi_with: "RSI, trade’s side",
  trend_with: "trend, trade’s side",
  volume_ratio: "volume to usual",
  bar_range_atr: "bar range, in ATR",
  bar_close_with: "bar’s close in range",
  interval: "chart interval",
  regular_hours: "regular session",
  hours_since_open: "hours since open",
  hours_to_close: "hours to close",
  since_last: "time since last",
  alerts_hour: "entries in the hour",
  same_side_run: "same side in a row",
  hit_rate: "recent hit rate",
};

const plain = (value: number): string => String(Number(value.toPrecision(3)));
const share = (value: number): string => `${plain(value * 100)}\u202f%`;
const hours = (value: number): string => `${value.toFixed(1)}\u202fh`;

/** Back from what the model reads (`ml/features.py`: logarithms, signs, shares) to what a trader does. */
const VALUES: Readonly<Record<string, (value: number) => string>> = {
  [BASELINE]: percent,
  long: (value) => (value > 0 ? "buy" : "sell"),
  stop_pct: (value) => share(Math.exp(value)),
  reward_r: (value) => `${plain(value)}\u202fR`,
  atr_pct: (value) => share(Math.exp(value)),
  strength: percent,
  volume_ratio: (value) => `${plain(Math.exp(value))}×`,
  interval: (value) => age(Math.round(Math.exp(value)) * 60_000),
  regular_hours: (value) => (value > 0 ? "yes" : "no"),
  hours_since_open: hours,
  hours_to_close: hours,
  since_last: (value) => age(Math.round(Math.exp(value)) * 1_000),
  alerts_hour: (value) => plain(Math.round(Math.expm1(value))),
  hit_rate: percent,
};

export function featureValue(feature: string, value: number | null): string {
  return value === null ? UNKNOWN : (VALUES[feature] ?? plain)(value);
}

/** A feature of another model's set keeps its own name. */
export function featureWords(feature: string): string {
  return WORDS[feature] ?? feature.replaceAll("_", " ");
}
