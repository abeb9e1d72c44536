/** Every light of the server with what to do about it, beside how it was over the last hour. */

import { Card } from "../../components/Card";
import { StateStrip } from "../../components/charts/StateStrip";
import { LampLine } from "../../components/Lamp";
import { Empty } from "../../components/States";
import { useDesk } from "../../state/desk";
import { connectionLight, webhookLight } from "../../state/freshness";
import { age } from "../../state/format";
import { useNow } from "../../state/now";
import { useVitals } from "../../state/vitals";
import { database, followers, linkSegments, loop, memory, segments, worker, type Sign } from "./vitalSigns";

/** The strips show what this page has seen: at least so much, at most an hour. */
const LEAST_MS = 600_000;
const MOST_MS = 3_600_000;

export function Signs() {
  const now = useNow();
  const link = useDesk((desk) => desk.link);
  const health = useDesk((desk) => desk.health);
  const sources = useDesk((desk) => desk.sources);
  const browser = connectionLight(link, now);
  const webhook = webhookLight(sources.values(), now);
  const server: Sign[] = health === null ? [] : [database(health.told), followers(health.told), loop(health.told), memory(health.told)];
  const lease = health === null ? null : worker(health.told, now);
  const lost = link.phase === "ended" ? undefined : "Check the network and that the server runs; nothing is lost, this page goes on by its position.";
  const todo = { bad: lost, warn: "A proxy or firewall stops WebSocket. Allow it for live speed.", good: undefined, unknown: undefined };
  return (
    <Card title="Now" span={6}>
      <ul>
        <LampLine name="This browser" glow={browser.glow} text={browser.hint} todo={todo[browser.glow]} />
        <LampLine name="Webhook" glow={webhook.glow} text={webhook.hint} todo={webhook.glow === "bad" ? "See in TradingView whether the alert is still active; expired alerts must be started again." : undefined} />
        {[...server, ...(lease ? [lease] : [])].map((one) => (
          <LampLine key={one.name} name={one.name} glow={one.glow} text={one.text} todo={one.todo} />
        ))}
      </ul>
      {server.length === 0 && <Empty title="The server has not told its figures yet.">They come with its next word, within seconds.</Empty>}
    </Card>
  );
}

export function LastHour() {
  // Strips of an hour need no second's precision, and so need not be drawn each second.
  const now = Math.ceil(useNow() / 5_000) * 5_000;
  const samples = useVitals((vitals) => vitals.samples);
  const link = useVitals((vitals) => vitals.link);
  const since = useVitals((vitals) => vitals.since);
  const from = now - Math.min(MOST_MS, Math.max(LEAST_MS, now - since));
  const strips = [
    { name: "This browser", segments: linkSegments(link, now) },
    { name: "Database", segments: segments(samples, database) },
    { name: "Followers", segments: segments(samples, followers) },
    { name: "Event loop", segments: segments(samples, loop) },
    { name: "Memory", segments: segments(samples, memory) },
  ];
  return (
    <Card title={`The last ${age(now - from)}`} span={6} note="as seen here; hatched is unknown">
      <div className="space-y-2.5">
        {strips.map((one, index) => (
          <div key={one.name} className="grid grid-cols-[104px_minmax(0,1fr)] items-start gap-3">
            <span className="-mt-1 truncate text-muted">{one.name}</span>
            <StateStrip label={one.name} segments={one.segments} from={from} to={now} axis={index === strips.length - 1 && "times"} />
          </div>
        ))}
      </div>
    </Card>
  );
}

