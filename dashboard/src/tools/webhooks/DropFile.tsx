/** Where a file is dropped, or chosen by a click or key. */

import { FileUp } from "lucide-react";
import { useState } from "react";

interface Props {
  label: string;
  /** What kind of file, and where to get it. */
  children: React.ReactNode;
  disabled: boolean;
  onFile: (file: File) => void;
}

export function DropFile({ label, children, disabled, onFile }: Props) {
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.[0];
    if (file !== undefined && !disabled) onFile(file);
  };
  return (
    // A file may be dropped on it too; mouse and keys have the field inside.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <label
      className={`flex min-h-36 cursor-pointer flex-col items-center justify-center gap-1.5 rounded border border-dashed px-4 py-6 text-center has-focus-visible:outline-2 has-focus-visible:outline-accent ${over ? "border-accent bg-accent-ground" : "border-line hover:bg-lifted"} ${disabled ? "opacity-55" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <FileUp size={20} aria-hidden className="text-accent" />
      <span className="font-semibold">{label}</span>
      <span className="max-w-[560px] text-muted">{children}</span>
      <input
        type="file"
        accept=".csv,text/csv"
        className="sr-only"
        aria-label={label}
        disabled={disabled}
        onChange={(event) => {
          take(event.target.files);
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
    </label>
  );
}
