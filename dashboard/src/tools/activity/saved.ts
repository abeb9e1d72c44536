/** Saved filters: a setting of the desk, so that every browser has the same ones. */

import { isRecord } from "../../connection/envelope";
import { ask } from "../../connection/ask";
import { useDesk } from "../../state/desk";
import { text } from "../../state/read";
import { NO_FILTERS, type Filters } from "./filters";

const KEY = "activity_presets";

export interface Preset {
  name: string;
  filters: Filters;
}

const words = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);

export function readPresets(value: unknown): Preset[] {
  const all = isRecord(value) && Array.isArray(value["presets"]) ? value["presets"] : [];
  return all.filter(isRecord).map((one) => ({
    name: text(one, "name") ?? "",
    filters: {
      ...NO_FILTERS,
      types: words(one["types"]),
      kinds: words(one["kinds"]),
      levels: words(one["levels"]),
      source: text(one, "source") ?? "",
      symbol: text(one, "symbol") ?? "",
      q: text(one, "q") ?? "",
      regex: text(one, "regex") ?? "",
    },
  }));
}

export function usePresets(): Preset[] {
  return readPresets(useDesk((desk) => desk.chosen.get(KEY)));
}

/** All presets at once: the one that is written last wins. Raises ApiError when the desk refuses. */
export async function savePresets(presets: readonly Preset[]): Promise<void> {
  const body = presets.map(({ name, filters: { types, kinds, levels, source, symbol, q, regex } }) => ({ name, types, kinds, levels, source, symbol, q, regex }));
  await ask("PUT /api/settings/{key}", { path: { key: KEY }, body: { presets: body } });
}
