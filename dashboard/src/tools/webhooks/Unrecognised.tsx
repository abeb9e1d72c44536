/** Alerts that were accepted and not understood: each can be taught. */

import { GraduationCap } from "lucide-react";

import { Card } from "../../components/Card";
import { Time } from "../../components/Time";
import { go } from "../../state/location";
import { useUnrecognised } from "./trouble";

const SHOWN = 20;

export function Unrecognised({ source }: { source: string }) {
  const { data } = useUnrecognised();
  const rows = (data ?? []).filter((row) => source === "" || row.source === source);
  if (rows.length === 0) return null;
  return (
    <Card title="Not understood" note={`${rows.length} accepted as they came, harmless`} flush>
      <ul className="pb-2">
        {rows.slice(0, SHOWN).map((row) => (
          <li key={row.id} className="flex h-8 items-center gap-4 px-4" data-unrecognised={row.id}>
            <Time at={row.received_at} />
            <span className="text-muted">{row.source}</span>
            <span className="figure min-w-0 flex-1 truncate text-muted">{JSON.stringify(row.extra)}</span>
            <button type="button" className="quiet text-accent!" onClick={() => go(`/webhooks/try?seq=${row.seq ?? 0}`)}>
              <GraduationCap size={14} aria-hidden />
              Teach
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
