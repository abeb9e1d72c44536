/** The figures that tell how the server is doing, each with its last hour under it. */

import { Card } from "../../components/Card";
import { Spark } from "../../components/charts/Spark";
import { Stat, Stats } from "../../components/Stat";
import type { SystemHealthUpdate } from "../../events";
import { age, milliseconds, quantity } from "../../state/format";
import { useVitals } from "../../state/vitals";
import { useFigures } from "./data";
import { points, total } from "./vitalSigns";

interface Measure {
  label: string;
  hint: string;
  read: (told: SystemHealthUpdate) => number | null;
  tell: (value: number) => string;
  note: (told: SystemHealthUpdate) => string;
}

const rate = (value: number): string => (value < 10 ? value.toFixed(1) : quantity(Math.round(value)));
const megabytes = (value: number): string => `${quantity(Math.round(value))}\u202fMB`;

const MEASURES: readonly Measure[] = [
  { label: "Facts a second", hint: "Facts stored in the journal", read: (told) => told.rates["facts_per_s"] ?? null, tell: rate, note: (told) => `${quantity(told.head)} in the journal` },
  { label: "Commit p99", hint: "How long the slowest of a hundred commits takes, the disk’s flush included", read: (told) => told.database.commit_p99_ms, tell: milliseconds, note: (told) => (told.database.commit_p50_ms === null ? "no commit yet" : `median ${milliseconds(told.database.commit_p50_ms)}`) },
  { label: "Loop delay p99", hint: "How late the server’s timers are", read: (told) => told.loop_delay_p99_ms ?? told.loop_delay_ms, tell: milliseconds, note: (told) => `worst ${milliseconds(told.loop_delay_worst_ms)}` },
  { label: "Followers’ lag", hint: "Facts that wait for the slowest follower", read: (told) => Math.max(0, ...told.followers.map((one) => one.lag)), tell: quantity, note: (told) => (told.followers.length === 1 ? "1 follower" : `${told.followers.length} followers`) },
  { label: "Live clients", hint: "Browsers and programs that follow the desk now", read: (told) => total(told.sockets), tell: quantity, note: sockets },
  { label: "Memory", hint: "Resident memory of the server’s process", read: (told) => told.memory_mb, tell: megabytes, note: (told) => `up ${age(told.uptime_s * 1_000)}` },
];

function sockets(told: SystemHealthUpdate): string {
  const some = Object.entries(told.sockets).filter(([, count]) => count > 0);
  return some.length === 0 ? "none" : some.map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`).join(", ");
}

export function Measures({ stale }: { stale: boolean }) {
  const told = useFigures();
  const samples = useVitals((vitals) => vitals.samples);
  return (
    <Card title="Figures" stale={stale} note={samples.length > 1 ? "with their course since this page was opened" : undefined}>
      <Stats>
        {MEASURES.map((one) => {
          const value = told === null ? null : one.read(told);
          return (
            <Stat key={one.label} label={one.label} value={value === null ? null : one.tell(value)} note={told === null ? "" : one.note(told)} hint={one.hint}>
              <div className="mt-2">
                <Spark label={one.label} points={points(samples, one.read)} format={one.tell} />
              </div>
            </Stat>
          );
        })}
      </Stats>
    </Card>
  );
}
