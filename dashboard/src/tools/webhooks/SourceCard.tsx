/** One source: when it last spoke, how often it should, how late its alerts are, and its states over time. */

import { ChevronRight, Plug } from "lucide-react";

import { Badge } from "../../components/Badge";
import { Card } from "../../components/Card";
import { StateStrip } from "../../components/charts/StateStrip";
import { Stat, Stats } from "../../components/Stat";
import { Loading } from "../../components/States";
import type { Source } from "../../connection/api";
import type { WebhookHealthUpdate } from "../../events";
import { age, milliseconds, quantity, utc } from "../../state/format";
import { go } from "../../state/location";
import { useNow } from "../../state/now";
import { Mute } from "./Mute";
import { Series } from "./Series";
import { isMuted } from "./sources";
import type { States } from "./trouble";
import { span, STATUS_MEANING, STATUS_TONE } from "./words";

interface Props {
  health: WebhookHealthUpdate;
  /** Its settings; undefined for who may not see them. */
  source: Source | undefined;
  states: States | undefined;
  stale: boolean;
}

export function SourceCard({ health, source, states, stale }: Props) {
  const now = useNow();
  const muted = isMuted(source, now);
  const refused = Object.values(health.rejects).reduce((sum, count) => sum + count, 0);
  const every = health.expected_every_s ?? health.median_s;
  const learned = health.expected_every_s === null;
  return (
    <Card
      title={health.source}
      stale={stale}
      note={
        <span className="flex min-w-0 items-center gap-2">
          <Badge tone={STATUS_TONE[health.status] ?? "unknown"} hint={STATUS_MEANING[health.status] ?? ""}>
            {health.status === "never" ? "nothing yet" : health.status}
          </Badge>
          {muted && <Badge tone="warn">muted</Badge>}
          <span className="truncate max-[719px]:hidden" title={STATUS_MEANING[health.status]}>
            {STATUS_MEANING[health.status]}
          </span>
        </span>
      }
      actions={
        <>
          {health.status === "never" && (
            <button type="button" className="control control-primary" aria-label="Connect TradingView" onClick={() => go("/webhooks/connect")}>
              <Plug size={13} aria-hidden />
              <span>
                Connect<span className="max-[719px]:hidden"> TradingView</span>
              </span>
            </button>
          )}
          {source && <Mute source={source} muted={muted} />}
        </>
      }
    >
      <div data-source={health.source} data-status={health.status}>
        <Stats>
          <Stat label="Last alert" value={health.last_at === null ? null : age(now - Date.parse(health.last_at))} note={health.last_at === null ? "none yet" : "ago"} tone={health.status === "silent" ? "bad" : "plain"} hint={health.last_at === null ? "" : utc(health.last_at)} />
          <Stat label="Comes every" value={every === null ? null : span(every)} note={every === null ? "not learned yet" : !learned ? "as you set" : health.status === "learning" ? "so far" : "learned"} hint="The usual pause between two alerts, in open market" />
          <Stat label="Silent after" value={health.threshold_s === null ? null : span(health.threshold_s)} note={health.threshold_s === null ? "still learning" : "of open market"} />
          <Stat label="Lag, median" value={health.lag_p50_ms === null ? null : milliseconds(health.lag_p50_ms)} note="firing to receipt" hint="From TradingView’s firing time ({{timenow}}, whole seconds) to receipt" />
          <Stat label="Lag, p95" value={health.lag_p95_ms === null ? null : milliseconds(health.lag_p95_ms)} note="of the last 200" />
          <Stat label="Rate" value={health.rate_per_min === null ? null : quantity(health.rate_per_min < 10 ? health.rate_per_min : Math.round(health.rate_per_min))} unit="/ min" note="last 5 min" />
          <Stat label="Received" value={quantity(health.count)} note={health.count === 1 ? "alert" : "alerts"} />
          <Stat label="Refused" value={quantity(refused)} tone={refused > 0 ? "warn" : "plain"} note={refused === 0 ? "none" : "see below"} />
        </Stats>
        <div className="mt-4">{states ? <StateStrip label={`States of ${health.source}`} segments={states.bySource.get(health.source) ?? []} from={states.from} to={states.to} axis="told" /> : <Loading what="states" height={28} />}</div>
        {health.series.length > 0 && (
          <details className="group mt-2">
            <summary className="quiet -ml-2 cursor-pointer list-none [&::-webkit-details-marker]:hidden">
              <ChevronRight size={13} aria-hidden className="group-open:rotate-90" />
              {health.series.length} {health.series.length === 1 ? "symbol" : "symbols and intervals"}
            </summary>
            <Series source={health.source} series={health.series} />
          </details>
        )}
      </div>
    </Card>
  );
}
