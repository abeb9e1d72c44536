/** The backfills that were done before. */

import { Card } from "../../components/Card";
import { Time } from "../../components/Time";
import { useEarlier } from "./missed";

export function Earlier() {
  const { data } = useEarlier();
  if (data === undefined || data.length === 0) return null;
  return (
    <Card title="Done before">
      <ul>
        {data.map((fact) => (
          <li key={fact.seq} className="flex min-h-7 items-center gap-4" data-backfill={fact.seq}>
            <Time at={fact.timestamp} />
            <span className="min-w-0 flex-1 truncate text-muted" title={fact.message}>
              {fact.message}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
