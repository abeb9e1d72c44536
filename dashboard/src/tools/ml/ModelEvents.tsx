/** What became of models: trained, promoted, refused, drifting; the newest first. */

import type { Activity, StoredFact } from "../../connection/api";
import { isRecord } from "../../connection/envelope";
import { Age } from "../../components/Age";
import { Badge, type Tone } from "../../components/Badge";
import { Card } from "../../components/Card";
import { Empty } from "../../components/States";

const TONE: Record<string, Tone> = { refused: "bad", failed: "bad", drifting: "warn", promoted: "model", trained: "neutral", demoted: "neutral" };

export function ModelEvents({ events }: { events: Activity | undefined }) {
  const items = events?.items ?? [];
  return (
    <Card title="Model events" span={4}>
      {items.length === 0 ? (
        <Empty title="Nothing has happened to a model yet.">Trainings, promotions and refusals are told here.</Empty>
      ) : (
        <ul className="max-h-72 space-y-2 overflow-y-auto">
          {items.map((one) => (
            <li key={one.id} className="flex items-baseline gap-2.5">
              <Badge tone={TONE[kind(one)] ?? "neutral"}>{kind(one)}</Badge>
              <span className="min-w-0 flex-1 break-words text-muted">{one.message}</span>
              <span className="shrink-0 text-faint">
                <Age at={one.timestamp} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function kind(one: StoredFact): string {
  const event = isRecord(one.data) ? one.data["event"] : null;
  return typeof event === "string" ? event : "told";
}
