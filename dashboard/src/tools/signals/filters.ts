/** The filters live in the address, so that a view can be linked, bookmarked and gone back to. */

import type { SignalRow } from "../../events";

export interface Filters {
  verdict: string;
  symbol: string;
  side: string;
  status: string;
  q: string;
}

export const NO_FILTERS: Filters = { verdict: "", symbol: "", side: "", status: "", q: "" };
const NAMES = ["verdict", "symbol", "side", "status", "q"] as const;

export const VERDICTS = ["take", "reduce", "skip", "unscored", "none"] as const;
export const SIDES = ["buy", "sell", "close"] as const;
export const STATUSES = ["received", "recorded", "accepted", "open", "closed", "skipped", "expired", "denied"] as const;

export function readFilters(query: string): Filters {
  const given = new URLSearchParams(query);
  const filters = { ...NO_FILTERS };
  for (const name of NAMES) filters[name] = (given.get(name) ?? "").trim();
  return filters;
}

/** `?verdict=take&q=…`, or an empty text when nothing is filtered. */
export function filterQuery(filters: Filters): string {
  const query = new URLSearchParams();
  for (const name of NAMES) if (filters[name] !== "") query.set(name, filters[name]);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

export function isFiltered(filters: Filters): boolean {
  return NAMES.some((name) => filters[name] !== "");
}

/** The same question that the server answers for pages of history, asked of a live row. */
export function matches(row: SignalRow, filters: Filters): boolean {
  if (filters.verdict !== "" && row.verdict !== filters.verdict) return false;
  if (filters.side !== "" && row.side !== filters.side) return false;
  if (filters.status !== "" && row.status !== filters.status) return false;
  if (filters.symbol !== "" && row.symbol?.toLowerCase() !== filters.symbol.toLowerCase()) return false;
  return filters.q === "" || searchable(row).includes(filters.q.toLowerCase());
}

function searchable(row: SignalRow): string {
  const parts = [row.symbol, row.exchange, row.source, row.trade_ref, row.kind, row.status, ...row.reasons.map((one) => one.text)];
  return parts.filter((one) => one !== null).join("\n").toLowerCase();
}
