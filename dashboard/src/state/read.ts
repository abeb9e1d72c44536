/** Reads the server's answers into our own shapes; what is missing becomes null, never a guess. */

import type { Children } from "../connection/api";
import { isRecord } from "../connection/envelope";
import type { Contribution, JobProgress, PublisherUpdate, Reason, SeriesHealth, SignalRow, SystemHealthUpdate, WebhookHealthUpdate } from "../events";
import type { ModelCard, Settings, SignalItem } from "./desk";

type Raw = Record<string, unknown>;

export const text = (raw: Raw, key: string): string | null => (typeof raw[key] === "string" ? raw[key] : null);
export const number = (raw: Raw, key: string): number | null =>
  typeof raw[key] === "number" && Number.isFinite(raw[key]) ? raw[key] : null;

function oneOf<T extends string>(raw: Raw, key: string, allowed: readonly T[], otherwise: T): T {
  return allowed.find((one) => one === raw[key]) ?? otherwise;
}

function list(value: unknown): Raw[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

const KINDS = ["entry", "exit", "update", "heartbeat", "info"] as const;
const VERDICTS = ["none", "take", "reduce", "skip", "unscored"] as const;
const SIDES = ["buy", "sell", "close"] as const;
const FRESHNESS = ["fresh", "stale", "unknown"] as const;
const STATUSES = ["received", "recorded", "skipped", "expired", "accepted", "denied", "open", "closed"] as const;
const HEALTH = ["never", "learning", "live", "silent", "closed"] as const;
const MODEL = ["champion", "starter", "training", "refused", "missing"] as const;
const INTENTS = ["open", "add", "reduce", "close", "reverse"] as const;

/** A row as the server tells it; null when it has no id, because then it is no row. */
export function readRow(raw: Raw, seq: number | null): SignalRow | null {
  const id = text(raw, "id");
  if (id === null) return null;
  return {
    id,
    seq: number(raw, "seq") ?? seq,
    source: text(raw, "source") ?? "",
    kind: oneOf(raw, "kind", KINDS, "info"),
    trade_ref: text(raw, "trade_ref"),
    parent_id: text(raw, "parent_id"),
    intent: INTENTS.find((one) => one === raw["intent"]) ?? null,
    position_after: number(raw, "position_after"),
    symbol: text(raw, "symbol"),
    exchange: text(raw, "exchange"),
    side: SIDES.find((one) => one === raw["side"]) ?? null,
    price: number(raw, "price"),
    quantity_hint: number(raw, "quantity_hint"),
    stop: number(raw, "stop"),
    targets: Array.isArray(raw["targets"]) ? raw["targets"].filter((one) => typeof one === "number") : [],
    interval: text(raw, "interval"),
    sent_at: text(raw, "sent_at"),
    time_read_as: text(raw, "time_read_as"),
    received_at: text(raw, "received_at") ?? "",
    lag_ms: number(raw, "lag_ms"),
    freshness: oneOf(raw, "freshness", FRESHNESS, "unknown"),
    repaired: raw["repaired"] === true,
    extra: isRecord(raw["extra"]) ? raw["extra"] : {},
    probability: number(raw, "probability"),
    probability_low: number(raw, "probability_low"),
    model_id: text(raw, "model_id"),
    contributions: Array.isArray(raw["contributions"]) ? list(raw["contributions"]).map(readContribution) : null,
    verdict: oneOf(raw, "verdict", VERDICTS, "none"),
    quantity: number(raw, "quantity"),
    reasons: readReasons(raw["reasons"]),
    status: oneOf(raw, "status", STATUSES, "received"),
    outcome_r: number(raw, "outcome_r"),
    mae_r: number(raw, "mae_r"),
    mfe_r: number(raw, "mfe_r"),
    timings: readFigures(raw["timings"]),
  };
}

export function readReasons(value: unknown): Reason[] {
  return list(value).map((one) => ({ code: text(one, "code") ?? "", text: text(one, "text") ?? "" }));
}

function readContribution(raw: Raw): Contribution {
  return { feature: text(raw, "feature") ?? "", value: number(raw, "value"), log_odds: number(raw, "log_odds") ?? 0 };
}

function readChildren(raw: unknown): Children | null {
  if (!isRecord(raw)) return null;
  return { updates: number(raw, "updates") ?? 0, exits: number(raw, "exits") ?? 0, last_at: text(raw, "last_at") };
}

/** List items: rows with their children as counted. */
export function readItems(raw: unknown): SignalItem[] {
  return list(raw).flatMap((one) => {
    const row = readRow(one, null);
    return row === null ? [] : { ...row, children: readChildren(one["children"]) };
  });
}

export function readSource(raw: Raw): WebhookHealthUpdate | null {
  const source = text(raw, "source");
  if (source === null) return null;
  return {
    source,
    status: oneOf(raw, "status", HEALTH, "never"),
    last_at: text(raw, "last_at"),
    muted_until: text(raw, "muted_until"),
    threshold_s: number(raw, "threshold_s"),
    expected_every_s: number(raw, "expected_every_s"),
    median_s: number(raw, "median_s"),
    count: number(raw, "count") ?? 0,
    rate_per_min: number(raw, "rate_per_min"),
    lag_p50_ms: number(raw, "lag_p50_ms"),
    lag_p95_ms: number(raw, "lag_p95_ms"),
    rejects: readFigures(raw["rejects"]),
    series: list(raw["series"]).map(readSeries),
  };
}

/** The numbers of a record; what is none is left out. */
export function readFigures(value: unknown): Record<string, number> {
  return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

function readSeries(raw: Raw): SeriesHealth {
  return {
    symbol: text(raw, "symbol"),
    interval: text(raw, "interval"),
    last_at: text(raw, "last_at"),
    count: number(raw, "count") ?? 0,
    median_s: number(raw, "median_s"),
    status: oneOf(raw, "status", HEALTH, "never"),
  };
}

export function readSources(raw: unknown): WebhookHealthUpdate[] {
  return list(raw).flatMap((one) => readSource(one) ?? []);
}

export function readModel(raw: unknown): ModelCard | null {
  if (!isRecord(raw)) return null;
  return {
    id: text(raw, "id"),
    status: oneOf(raw, "status", MODEL, "missing"),
    starter: raw["starter"] === true,
    reason: text(raw, "reason"),
    trained_at: text(raw, "trained_at"),
    n: number(raw, "n"),
    base_rate: number(raw, "base_rate"),
  };
}

export function readSettings(raw: unknown): Settings | null {
  if (!isRecord(raw)) return null;
  return {
    reconnect_s: number(raw, "reconnect_s") ?? 30,
  };
}

/** What people set, by its name; the snapshot carries it among the settings. */
export function readChosen(settings: unknown): Map<string, unknown> {
  const chosen = isRecord(settings) ? settings["chosen"] : null;
  return new Map(Object.entries(isRecord(chosen) ? chosen : {}));
}

export function readPublisher(raw: Raw): PublisherUpdate | null {
  const source = text(raw, "source");
  if (source === null) return null;
  return {
    source,
    active: raw["active"] === true,
    last_at: text(raw, "last_at") ?? "",
    seq: number(raw, "seq") ?? 0,
    type: text(raw, "type") ?? "",
    activity: text(raw, "activity"),
    level: text(raw, "level") ?? "INFO",
    message: text(raw, "message") ?? "",
    symbol: text(raw, "symbol"),
    count: number(raw, "count") ?? 0,
    counted_from: text(raw, "counted_from") ?? "",
  };
}

export function readPublishers(raw: unknown): PublisherUpdate[] {
  return list(raw).flatMap((one) => readPublisher(one) ?? []);
}

const JOB_STATES = ["running", "done", "failed", "cancelled"] as const;

export function readJob(raw: Raw): JobProgress | null {
  const job = text(raw, "job");
  if (job === null) return null;
  const failure = isRecord(raw["error"]) ? raw["error"] : null;
  return {
    job,
    name: text(raw, "name") ?? "",
    done: number(raw, "done") ?? 0,
    total: number(raw, "total"),
    remaining_s: number(raw, "remaining_s"),
    state: oneOf(raw, "state", JOB_STATES, "running"),
    can_cancel: raw["can_cancel"] === true,
    error: failure && { code: text(failure, "code") ?? "", message: text(failure, "message") ?? "", hint: text(failure, "hint") ?? "" },
    started_at: text(raw, "started_at") ?? "",
    ended_at: text(raw, "ended_at"),
  };
}

/** The server's own figures; null when they do not even say which version it is. */
export function readHealth(raw: Raw): SystemHealthUpdate | null {
  const version = text(raw, "version");
  if (version === null) return null;
  const database = isRecord(raw["database"]) ? raw["database"] : {};
  const worker = raw["worker"];
  return {
    version,
    process: text(raw, "process"),
    started_at: text(raw, "started_at") ?? "",
    uptime_s: number(raw, "uptime_s") ?? 0,
    engine: text(raw, "engine") ?? "",
    database: {
      dialect: text(database, "dialect") ?? "",
      ok: database["ok"] === true,
      waiting: number(database, "waiting") ?? 0,
      failed: number(database, "failed") ?? 0,
      commit_p50_ms: number(database, "commit_p50_ms"),
      commit_p99_ms: number(database, "commit_p99_ms"),
      last_error: text(database, "last_error"),
    },
    followers: list(raw["followers"]).map((one) => ({ name: text(one, "name") ?? "", seq: number(one, "seq") ?? 0, lag: number(one, "lag") ?? 0 })),
    head: number(raw, "head") ?? 0,
    sockets: readFigures(raw["sockets"]),
    rates: readFigures(raw["rates"]),
    memory_mb: number(raw, "memory_mb"),
    loop_delay_ms: number(raw, "loop_delay_ms") ?? 0,
    loop_delay_worst_ms: number(raw, "loop_delay_worst_ms") ?? 0,
    loop_delay_p50_ms: number(raw, "loop_delay_p50_ms"),
    loop_delay_p99_ms: number(raw, "loop_delay_p99_ms"),
    worker: isRecord(worker) ? { holder: text(worker, "holder"), since: text(worker, "since"), silent_since: text(worker, "silent_since") } : null,
  };
}
