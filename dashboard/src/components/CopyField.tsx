/** Text to take elsewhere, with a button that copies it and says so. */

import { Check, Copy } from "lucide-react";
import { useState } from "react";

export function CopyField({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <div className="min-w-0">
      <div className="mb-1 flex items-center justify-between">
        <span className="label">{label}</span>
        <button type="button" className="quiet -mr-2 text-accent" onClick={() => void copy()}>
          {copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
          <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
          <span className="sr-only">{label}</span>
        </button>
      </div>
      <pre
        // Scrolls sideways when long, so it must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={label}
        className="figure max-h-56 overflow-auto rounded border border-line bg-ground px-3 py-2 leading-5 wrap-anywhere whitespace-pre-wrap text-text select-all"
      >
        {text}
      </pre>
    </div>
  );
}
