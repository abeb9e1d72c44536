/** The model's features in the trader's words; each short enough for a table's cell. */

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

/** A feature of another model's set keeps its own name. */
export function featureWords(feature: string): string {
  return WORDS[feature] ?? feature.replaceAll("_", " ");
}
