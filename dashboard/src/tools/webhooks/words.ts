/** The words of a source's health. */

import type { Tone } from "../../components/Badge";
import { age, UNKNOWN } from "../../state/format";

export const STATUS_TONE: Record<string, Tone> = { live: "good", learning: "accent", silent: "bad", closed: "neutral", never: "unknown" };

export const STATUS_MEANING: Record<string, string> = {
  live: "Alerts come as often as usual.",
  learning: "Its rhythm is not known yet: twenty pauses between alerts teach it. Until then silence is not told.",
  silent: "No alert for longer than usual while its market is open.",
  closed: "Its market is closed: silence means nothing now.",
  never: "No alert has come yet.",
};

/** A span of seconds as it is spoken: 5 min, 1.5 h. */
export function span(seconds: number | null): string {
  return seconds === null ? UNKNOWN : age(seconds * 1_000);
}

/** Reason codes as words. */
export function reason(code: string): string {
  return code.replaceAll("_", " ");
}
