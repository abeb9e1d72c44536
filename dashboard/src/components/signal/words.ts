/** The words of a signal's row. */

import type { SignalRow } from "../../events";
import { quantity } from "../../state/format";

/** What a size counts: `NQ1!` and `MNQH2026` are traded as NQ and MNQ, `BTCUSDT.P` in BTC; other symbols as they are. */
export function root(symbol: string): string {
  const plain = symbol.replace(/^.*:/, "");
  return plain.replace(/(\d+!|[FGHJKMNQUVXZ](20\d\d|\d{2}))$/, "").replace(/(?<=.)(USDT|USDC)(\.P)?$/, "") || plain;
}

export function size(row: SignalRow): string {
  if (row.quantity === null) return "";
  if (row.quantity === 0) return "0";
  return row.symbol === null ? quantity(row.quantity) : `${quantity(row.quantity)}\u202f${root(row.symbol)}`;
}

/** The binding reason in its own words; the rest is in the journey. */
export function why(row: SignalRow): string {
  const [first, ...others] = row.reasons;
  if (first === undefined) return row.status === "received" ? "waiting to be scored" : "";
  const text = first.text === "" ? first.code.replaceAll("_", " ") : first.text;
  return others.length > 0 ? `${text} · +${others.length}` : text;
}

export function isTest(row: SignalRow): boolean {
  return row.extra["test"] === true;
}

export const VERDICT_COLOUR: Record<SignalRow["verdict"], string> = {
  take: "text-accent font-semibold",
  reduce: "text-accent",
  skip: "text-faint",
  unscored: "text-warn",
  none: "text-faint",
};

/** Hover of a verdict. */
export const VERDICT_MEANING: Record<SignalRow["verdict"], string> = {
  take: "Sized in full",
  reduce: "Sized below the fixed-fraction size",
  skip: "Not traded",
  unscored: "A promoted model gave no usable probability",
  none: "Not an entry, or not yet processed",
};
