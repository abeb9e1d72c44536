/** A message to paste, its placeholders drawn apart, with the ways to take it. */

import { FlaskConical } from "lucide-react";

import { CopyButton } from "../../components/CopyButton";
import { useNow } from "../../state/now";
import { tryOut } from "./draft";
import { filled, parts } from "./messages";

export function MessageText({ label, text }: { label: string; text: string }) {
  const now = useNow();
  return (
    <div className="min-w-0">
      <pre
        // Scrolls when long, so it must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={label}
        className="figure max-h-96 overflow-auto rounded border border-line bg-ground px-3 py-2 leading-5 break-words whitespace-pre-wrap text-text"
      >
        {parts(text).map((part, index) => (
          <span key={`${index} ${part.text}`} className={part.placeholder ? "text-accent" : ""}>
            {part.text}
          </span>
        ))}
      </pre>
      <div className="mt-2 flex flex-wrap gap-2">
        <CopyButton className="control control-primary" text={() => text}>
          Copy message
        </CopyButton>
        <button type="button" className="control" onClick={() => tryOut(filled(text, now))}>
          <FlaskConical size={13} aria-hidden />
          Try it filled in
        </button>
      </div>
    </div>
  );
}
