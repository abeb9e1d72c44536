/** What stands where figures would: nothing yet and what will fill it, on its way, or out of date. */

import type { ReactNode } from "react";

/** `title` says what is missing, the children what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-1 py-1 text-muted" data-state="empty">
      <p className="text-text">{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

/** Holds the place of what is loading, so that nothing jumps when it comes. */
export function Loading({ what, height = 64 }: { what: string; height?: number }) {
  return (
    <p role="status" className="flex items-center text-faint" style={{ minHeight: height }} data-state="loading">
      Loading {what}…
    </p>
  );
}

/** Shown above figures that are kept although the link is down. */
export function StaleNote({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="notice hairline-b bg-raised px-4 py-2 text-warn" data-state="stale">
      {children}
    </p>
  );
}
