/** A live list is held still while paused and while scrolled away from its top: what is newer waits. */

import { useCallback, useState } from "react";

/** `newest`: the seq of the newest row; rows above `at` are to wait. */
export function useHold(newest: number) {
  const [pausedAt, setPausedAt] = useState<number | null>(null);
  const [scrolledAt, setScrolledAt] = useState<number | null>(null);
  const [top, setTop] = useState(0);
  return {
    at: pausedAt ?? scrolledAt,
    paused: pausedAt !== null,
    /** A key for the list: another one draws it afresh from its top. */
    top,
    toggle: useCallback(() => setPausedAt((now) => (now === null ? newest : null)), [newest]),
    scrolled: useCallback((away: boolean) => setScrolledAt((now) => (away ? (now ?? newest) : null)), [newest]),
    /** Back to the newest. */
    release: useCallback(() => {
      setPausedAt(null);
      setScrolledAt(null);
      setTop((now) => now + 1);
    }, []),
  };
}
