/** Where a time is typed to take the feed there. */

import { useState, type SubmitEvent } from "react";

import { zoneName } from "../../state/format";
import { preferences, usePreference } from "../../state/preferences";
import { readMoment } from "./moment";

export function Jump({ onJump }: { onJump: (to: number) => void }) {
  const zone = usePreference("clock");
  const [refused, setRefused] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem("time");
    if (!(field instanceof HTMLInputElement)) return;
    const at = readMoment(field.value, preferences.getState().clock, Date.now());
    setRefused(at === null);
    if (at === null) return;
    field.value = "";
    field.blur();
    onJump(at);
  };
  return (
    <form onSubmit={submit} className="relative">
      <input
        name="time"
        className={`control w-28 cursor-text! placeholder:text-faint ${refused ? "border-error!" : ""}`}
        aria-label={`Jump to a time (${zoneName(zone)})`}
        aria-invalid={refused}
        placeholder={`Jump to, ${zoneName(zone)}`}
        title="14:31, 2026-01-07 14:31:45 or 2h (ago)"
        data-jump
        onChange={() => setRefused(false)}
      />
      {refused && (
        <p role="alert" className="panel absolute top-full right-0 z-30 mt-1 w-60 px-2.5 py-1.5 text-error">
          No time. Write 14:31, 2026-01-07 14:31 or 2h for two hours ago.
        </p>
      )}
    </form>
  );
}
