/** How far something is: a bar with its words, or an unmeasured one that only says that work goes on. */

import { X } from "lucide-react";

import { age, quantity } from "../state/format";

interface Props {
  label: string;
  done: number;
  /** null while nobody can say how much there is. */
  total: number | null;
  remainingS?: number | null;
  onCancel?: (() => void) | undefined;
}

export function Progress({ label, done, total, remainingS = null, onCancel }: Props) {
  const share = total === null || total <= 0 ? null : Math.min(1, done / total);
  const left = remainingS === null ? "" : ` · ${age(remainingS * 1_000)} left`;
  return (
    <div data-progress={label}>
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate">{label}</span>
        <span className="figure text-muted">
          {share === null ? quantity(done) : `${quantity(done)} of ${quantity(total)}`}
          {left}
        </span>
        {onCancel && (
          <button type="button" className="quiet -mr-2" onClick={onCancel}>
            <X size={13} aria-hidden />
            Cancel
          </button>
        )}
      </div>
      <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share === null ? undefined : Math.round(share * 100)} className="mt-1.5 h-1 overflow-hidden rounded-full bg-line">
        <div className={`h-full rounded-full bg-accent ${share === null ? "w-1/3 opacity-60" : ""}`} style={share === null ? undefined : { width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
