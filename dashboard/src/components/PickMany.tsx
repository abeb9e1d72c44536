/** Several of many, behind one button: a list of check boxes that closes with Escape or a click elsewhere. */

import { ChevronDown } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";

import type { Option } from "./Choose";

interface Props {
  /** Shown while nothing is picked, and the list's name. */
  label: string;
  options: readonly (Option & { icon?: ReactNode })[];
  picked: readonly string[];
  onPick: (value: string) => void;
}

export function PickMany({ label, options, picked, onPick }: Props) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return undefined;
    const close = (event: PointerEvent | FocusEvent): void => {
      if (event.target instanceof Node && frame.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("focusin", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("focusin", close);
    };
  }, [open]);
  const only = picked.length === 1 ? options.find((one) => one.value === picked[0])?.label : undefined;
  return (
    // Escape closes from wherever the focus is inside.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={frame}
      className="relative shrink-0"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        frame.current?.querySelector("button")?.focus();
      }}
    >
      <button type="button" className="control" data-on={picked.length > 0} aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen((now) => !now)}>
        {picked.length === 0 ? label : (only ?? `${picked.length} ${label.toLowerCase()}`)}
        <ChevronDown size={13} aria-hidden />
      </button>
      {open && (
        <fieldset id={id} className="panel absolute top-full left-0 z-30 mt-1 max-h-[min(420px,60vh)] min-w-52 overflow-y-auto p-1 max-[719px]:fixed max-[719px]:inset-x-3 max-[719px]:top-28">
          <legend className="sr-only">{label}</legend>
          {options.map((one) => (
            <label key={one.value} className="menu-item text-muted hover:bg-lifted hover:text-text has-checked:text-text has-focus-visible:bg-lifted">
              <input type="checkbox" className="accent-(--accent)" checked={picked.includes(one.value)} onChange={() => onPick(one.value)} />
              {one.icon}
              {one.label}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
