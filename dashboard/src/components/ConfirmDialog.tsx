/** The dialog behind `Confirm`. Loaded when first opened. */

import { AlertDialog } from "radix-ui";
import { useState } from "react";

import type { ConfirmProps } from "./Confirm";

export default function ConfirmDialog({ title, text, action, typed, onConfirm, onClose }: Omit<ConfirmProps, "open">) {
  const [words, setWords] = useState("");
  const ready = typed === undefined || words.trim() === typed;
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-ground/70" />
        <AlertDialog.Content className="panel fixed top-[20vh] left-1/2 z-50 w-[420px] max-w-[calc(100vw-24px)] -translate-x-1/2 p-4">
          <AlertDialog.Title className="text-[14px] font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1.5 text-muted">{text}</AlertDialog.Description>
          {typed !== undefined && (
            <label className="mt-3 block">
              <span className="text-muted">
                Type <span className="figure text-text">{typed}</span> to confirm
              </span>
              <input className="control mt-1 w-full cursor-text!" value={words} onChange={(event) => setWords(event.target.value)} />
            </label>
          )}
          <div className="mt-4 flex justify-end gap-2">
            <AlertDialog.Cancel className="control">Cancel</AlertDialog.Cancel>
            <AlertDialog.Action className="control control-danger" disabled={!ready} onClick={onConfirm}>
              {action}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
