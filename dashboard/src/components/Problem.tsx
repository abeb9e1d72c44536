/** Something could not be had: what, and what to do next. */

import { ApiError } from "../connection/http";

export function Problem({ what, error, onRetry }: { what: string; error: unknown; onRetry?: () => void }) {
  const said = error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : "The server can't be reached.";
  return (
    <div role="alert" className="notice flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 text-muted">
      <span>
        <span className="text-error">{what}</span> {said}
      </span>
      {onRetry && (
        <button type="button" className="control" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
