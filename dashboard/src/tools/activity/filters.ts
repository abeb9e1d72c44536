/** What the feed shows of the journal. It lives in the address, under the names that the server's own filters have. */

import { kindOf, rawOf, type ActivityFact } from "../../state/activity";
import type { Match } from "./expression";

export interface Filters {
  types: readonly string[];
  kinds: readonly string[];
  levels: readonly string[];
  source: string;
  symbol: string;
  q: string;
  regex: string;
  /** RFC 3339; empty is open. With an end the feed shows the past and does not move. */
  since: string;
  until: string;
}

export const NO_FILTERS: Filters = { types: [], kinds: [], levels: [], source: "", symbol: "", q: "", regex: "", since: "", until: "" };

export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export const KINDS = ["scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error"] as const;

/** Our field, and its name in the address and in the API. */
const LISTS = [
  ["types", "types"],
  ["kinds", "kinds"],
  ["levels", "level"],
] as const;
const WORDS = [
  ["source", "source"],
  ["symbol", "symbols"],
  ["q", "q"],
  ["regex", "regex"],
  ["since", "since"],
  ["until", "until"],
] as const;

export function readFilters(query: string): Filters {
  const given = new URLSearchParams(query);
  const filters: { -readonly [K in keyof Filters]: Filters[K] } = { ...NO_FILTERS };
  for (const [field, name] of LISTS) filters[field] = (given.get(name) ?? "").split(",").map((one) => one.trim()).filter(Boolean);
  for (const [field, name] of WORDS) filters[field] = (given.get(name) ?? "").trim();
  return filters;
}

/** `types=event&q=…` for the API; times may be left out, as the chart has its own. */
export function filterParams(filters: Filters, times = true): URLSearchParams {
  const query = new URLSearchParams();
  for (const [field, name] of LISTS) if (filters[field].length > 0) query.set(name, filters[field].join(","));
  for (const [field, name] of WORDS) if (filters[field] !== "" && (times || (field !== "since" && field !== "until"))) query.set(name, filters[field]);
  return query;
}

/** `?types=…`, or an empty text when nothing is filtered. */
export function filterQuery(filters: Filters): string {
  const text = filterParams(filters).toString();
  return text === "" ? "" : `?${text}`;
}

export function isFiltered(filters: Filters): boolean {
  return filterParams(filters).size > 0;
}

/** The list with `one` in it, or without it when it was. */
export function toggled(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

/** The same question that the server answers for pages of history, asked of a live fact. `match` tries the expression. */
export function matches(fact: ActivityFact, filters: Filters, match: Match | null): boolean {
  if (filters.types.length > 0 && !filters.types.includes(fact.type)) return false;
  if (filters.levels.length > 0 && !filters.levels.includes(fact.level)) return false;
  if (filters.kinds.length > 0 && fact.type === "event" && !filters.kinds.includes(kindOf(fact) ?? "")) return false;
  if (filters.source !== "" && fact.source !== filters.source) return false;
  if (filters.symbol !== "" && fact.symbol !== filters.symbol) return false;
  if (filters.since !== "" && Date.parse(fact.timestamp) < Date.parse(filters.since)) return false;
  if (filters.until !== "" && Date.parse(fact.timestamp) >= Date.parse(filters.until)) return false;
  if (filters.q === "" && match === null) return true;
  const texts = [fact.message, rawOf(fact) ?? ""];
  if (filters.q !== "" && !texts.some((text) => text.toLowerCase().includes(filters.q.toLowerCase()))) return false;
  return match === null || texts.some(match);
}
