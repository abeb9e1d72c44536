/** A field mapping under construction: which of the sender's fields is which of ours. */

import type { Mapping } from "./sources";

/** What our fields are called, most telling first; others keep their own name. */
export const OURS: Readonly<Record<string, string>> = {
  symbol: "symbol",
  side: "side",
  price: "price",
  stop: "stop",
  target: "target",
  quantity: "quantity",
  interval: "interval",
  timenow: "firing time",
  time: "bar’s time",
  trade_ref: "trade id",
  event: "event (entry, exit…)",
  exit_price: "exit price",
  exit_reason: "exit reason",
  position_after: "position after",
  outcome_r: "outcome in R",
  mfe_r: "MFE in R",
  mae_r: "MAE in R",
  exchange: "exchange",
  targets: "targets",
  id: "message id",
};

export function ourName(field: string): string {
  return OURS[field] ?? field.replaceAll("_", " ");
}

/** The mapping in which `path` is our `field`; an empty field takes it out. Each of ours has one path, each path one of ours. */
export function pointed(mapping: Mapping, path: string, field: string): Mapping {
  const rest = Object.entries(mapping).filter(([ours, theirs]) => theirs !== path && ours !== field);
  return Object.fromEntries(field === "" ? rest : [...rest, [field, path]]);
}

export function sameMapping(a: Mapping, b: Mapping): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Our field that the mapping finds at this path. */
export function fieldAt(mapping: Mapping, path: string): string {
  return Object.entries(mapping).find(([, theirs]) => theirs === path)?.[0] ?? "";
}
