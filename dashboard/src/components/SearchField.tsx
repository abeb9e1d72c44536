/** A field that reports what was typed once the typing pauses; `value` from outside replaces what it holds when its key changes. */

import { useEffect, useState } from "react";

const TYPING_MS = 250;

interface Props {
  label: string;
  value: string;
  onType: (value: string) => void;
  /** Said by colour and to screen readers: a pattern that can't be read, for instance. */
  invalid?: string | null;
  wide?: boolean;
}

export function SearchField({ label, value, onType, invalid = null, wide = false }: Props) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => onType(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onType]);
  return (
    <input
      type="search"
      className={`control cursor-text! placeholder:text-faint max-[719px]:shrink-0 ${wide ? "w-44 max-[719px]:w-40" : "w-40 max-[719px]:w-28"} ${invalid === null ? "" : "border-error!"}`}
      aria-label={label}
      aria-invalid={invalid !== null}
      title={invalid ?? undefined}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      data-filter={label.toLowerCase()}
    />
  );
}
