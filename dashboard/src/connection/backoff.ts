/** How long to wait before the next attempt: exponential, with full jitter so that many tabs do not return at once. */

export interface BackoffRule {
  baseMs: number;
  capMs: number;
}

/** Milliseconds before attempt `n` (0 = the first retry): between half and the whole of min(cap, base · 2ⁿ). */
export function backoff(n: number, rule: BackoffRule, random: () => number = Math.random): number {
  const ceiling = Math.min(rule.capMs, rule.baseMs * 2 ** Math.min(n, 30));
  return ceiling / 2 + (random() * ceiling) / 2;
}
