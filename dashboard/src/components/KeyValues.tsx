/** Names and values in two aligned columns; what is unknown is left out by the caller or shown as a dash. */

import type { ReactNode } from "react";

import { UNKNOWN } from "../state/format";

export interface KeyValue {
  name: string;
  value: ReactNode;
  hint?: string;
}

export function KeyValues({ items }: { items: readonly KeyValue[] }) {
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
