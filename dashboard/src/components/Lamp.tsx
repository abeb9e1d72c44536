/** A light: filled when good or warning, hollow when bad or unknown, so that it is read without colour too. */

import type { Glow } from "../state/freshness";

const COLOUR: Record<Glow, string> = {
  good: "bg-good border-good",
  warn: "bg-warn border-warn",
  bad: "border-error bg-transparent ring-1 ring-error",
  unknown: "border-faint bg-transparent",
};

export const GLOW_TEXT: Record<Glow, string> = { good: "text-muted", warn: "text-warn", bad: "text-error", unknown: "text-faint" };

export function Lamp({ glow }: { glow: Glow }) {
  return <span aria-hidden className={`inline-block size-2 shrink-0 rounded-full border ${COLOUR[glow]}`} />;
}

/** A light with its words; `todo` says what to do about one that is not good. */
export function LampLine({ glow, name, text, todo }: { glow: Glow; name: string; text: string; todo?: string | undefined }) {
  return (
    <li className="flex items-baseline gap-2.5 py-1" data-lamp={name} data-glow={glow}>
      <span className="relative top-px">
        <Lamp glow={glow} />
      </span>
      <span className="w-28 shrink-0 truncate font-semibold">{name}</span>
      <span className="min-w-0 flex-1">
        <span className={glow === "good" ? "text-muted" : GLOW_TEXT[glow]}>{text}</span>
        {todo !== undefined && glow !== "good" && <span className="block text-muted">{todo}</span>}
      </span>
    </li>
  );
}
