/** What people set while the desk runs: read from the store, which every browser's changes reach, and saved by the API. */

import type { HighConfidence } from "../connection/api";
import { ask } from "../connection/ask";
import { isRecord } from "../connection/envelope";
import { useDesk, type Desk } from "./desk";

const DEFAULT: HighConfidence = { notify: false, probability: 0.7 };

export function highConfidence(chosen: Desk["chosen"]): HighConfidence {
  const value = chosen.get("high_confidence");
  if (!isRecord(value)) return DEFAULT;
  const { notify, probability } = value;
  return { notify: notify === true, probability: typeof probability === "number" ? probability : DEFAULT.probability };
}

export function useHighConfidence(): HighConfidence {
  const chosen = useDesk((desk) => desk.chosen.get("high_confidence"));
  return highConfidence(new Map([["high_confidence", chosen]]));
}

/** Changes some fields of one setting; the change comes back as a fact, here and in every other browser. */
export async function choose(key: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  await ask("PUT /api/settings/{key}", { path: { key }, body: change });
}
