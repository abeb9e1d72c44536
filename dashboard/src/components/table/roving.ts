/** Arrow keys walk the rows; only one row is in the tab order, so Tab leaves the list at once. */

import { useState, type KeyboardEvent } from "react";

const STEP: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 20, PageUp: -20, Home: -1e9, End: 1e9 };

function focusRow(id: string): boolean {
  const button = document.querySelector<HTMLElement>(`[data-roving="${CSS.escape(id)}"]`);
  button?.focus({ preventScroll: true });
  return button !== null;
}

export function useRoving<T>(rows: readonly T[], rowId: (row: T) => string, reveal: (index: number) => void) {
  const [current, set] = useState<string | null>(null);
  const known = current !== null && rows.some((row) => rowId(row) === current);
  const onKey = (event: KeyboardEvent, toggle: (id: string) => void): void => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset["roving"] === undefined) return;
    const step = STEP[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.getAttribute("aria-expanded") === "true") toggle(event.target.dataset["roving"]);
    if (step === undefined) return;
    event.preventDefault();
    const from = rows.findIndex((row) => rowId(row) === current);
    const index = Math.max(0, Math.min(rows.length - 1, from + step));
    const next = rows[index];
    if (next === undefined) return;
    const id = rowId(next);
    reveal(index);
    set(id);
    // A row that is not drawn yet is there one frame after it was scrolled to.
    if (!focusRow(id)) requestAnimationFrame(() => focusRow(id));
  };
  return { set, onKey, isCurrent: (index: number, id: string): boolean => (known ? id === current : index === 0) };
}
