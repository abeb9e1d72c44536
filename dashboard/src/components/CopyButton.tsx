/** A button that puts a text on the clipboard and says so. */

import { Check, Copy, type LucideIcon } from "lucide-react";
import { useState, type ReactNode } from "react";

interface Props {
  /** Made when it is asked for. */
  text: () => string;
  icon?: LucideIcon;
  className?: string;
  children: ReactNode;
}

const SAID_MS = 1_500;

export function CopyButton({ text, icon: Icon = Copy, className = "quiet", children }: Props) {
  const [said, setSaid] = useState<"" | "Copied" | "Not allowed">("");
  const copy = async (): Promise<void> => {
    // A browser may refuse; then the text can still be selected.
    setSaid(await navigator.clipboard.writeText(text()).then(() => "Copied" as const, () => "Not allowed" as const));
    setTimeout(() => setSaid(""), SAID_MS);
  };
  return (
    <button type="button" className={className} onClick={() => void copy()}>
      {said === "Copied" ? <Check size={13} aria-hidden /> : <Icon size={13} aria-hidden />}
      <span aria-live="polite">{said === "" ? children : said}</span>
    </button>
  );
}
