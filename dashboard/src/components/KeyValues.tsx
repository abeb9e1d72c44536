/** Names and values in two aligned columns; what is unknown is left out by the caller or shown as a dash. */

import type { ReactNode } from "react";

import { UNKNOWN } from "../state/format";

export interface KeyValue {
  name: string;
  value: ReactNode;
  hint?: string;
}

/** `columns`: as many side by side as there is room for. */
export function KeyValues({ items, columns = false }: { items: readonly KeyValue[]; columns?: boolean }) {
  if (columns) {
    return (
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(240px,1fr))] gap-x-8">
        {items.map(({ name, value, hint }) => (
          <div key={name} className="flex items-baseline justify-between gap-4 border-b border-line/60 py-1.5">
            <dt className="min-w-0 text-muted" title={hint}>
              {name}
            </dt>
            <dd className="shrink-0 text-right">{value ?? <span className="figure text-faint">{UNKNOWN}</span>}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
      {items.map(({ name, value, hint }) => (
        <div key={name} className="contents">
          <dt className="text-muted" title={hint}>
            {name}
          </dt>
          <dd className="min-w-0 text-right break-words">{value ?? <span className="figure text-faint">{UNKNOWN}</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
