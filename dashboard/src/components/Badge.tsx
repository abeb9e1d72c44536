/** A word with a meaning: its colour says which, never decoration. */

import type { ReactNode } from "react";

export type Tone = "neutral" | "good" | "warn" | "bad" | "accent" | "model" | "unknown";

const COLOUR: Record<Tone, string> = {
  neutral: "border-line text-muted",
  good: "border-good/50 text-good",
  warn: "border-warn/60 text-warn",
  bad: "border-error/60 text-error",
  accent: "border-accent/60 text-accent",
  model: "border-model/60 text-model",
  unknown: "border-line border-dashed text-faint",
};

export function Badge({ tone = "neutral", hint, children }: { tone?: Tone; hint?: string; children: ReactNode }) {
  return (
    <span title={hint} className={`inline-flex h-[18px] shrink-0 items-center rounded border px-1.5 text-[11px] whitespace-nowrap ${COLOUR[tone]}`}>
      {children}
    </span>
  );
}
