/** Something that is on or off, with its words; the words may explain. */

import { useId, type ReactNode } from "react";

interface Props {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
  children?: ReactNode;
}

export function Toggle({ label, on, onChange, disabled = false, children }: Props) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <button type="button" role="switch" aria-checked={on} aria-labelledby={id} disabled={disabled} className="toggle" onClick={() => onChange(!on)}>
        <span aria-hidden />
      </button>
      <span className="min-w-0">
        <span id={id}>{label}</span>
        {children !== undefined && <span className="block text-muted">{children}</span>}
      </span>
    </div>
  );
}
