/** What each event changes in the picture: pure functions from (desk, events) to a desk, one call a frame. */

import type { Envelope, Snapshot } from "../connection/envelope";
import { isRecord } from "../connection/envelope";
import type { JobProgress, PublisherUpdate, WebhookHealthUpdate } from "../events";
import type { ChildFact, Desk, SignalItem } from "./desk";
import { readChosen, readHealth, readItems, readJob, readModel, readPublisher, readPublishers, readRow, readSettings, readSource, readSources } from "./read";

/** The store keeps the newest signals; older ones are pages of history. */
export const RING = 2_000;
const GLOW_MS = 2_000;

/** Collects a frame's changes in copies that are made only when something writes to them. */
class Draft {
  private signals: Map<string, SignalItem> | null = null;
  private childFacts: Map<string, readonly ChildFact[]> | null = null;
  private arrived: Map<string, number> | null = null;
  private sources: Map<string, WebhookHealthUpdate> | null = null;
  private chosen: Map<string, unknown> | null = null;
  private publishers: Map<string, PublisherUpdate> | null = null;
  private jobs: Map<string, JobProgress> | null = null;
  private rest: Partial<Desk> = {};

  constructor(private readonly before: Desk) {}

  apply(envelope: Envelope, now: number): void {
    switch (envelope.type) {
      case "signal_received":
      case "signal_update":
        this.signal(envelope, now);
        break;
      case "webhook_health_update":
        this.health(envelope);
        break;
      case "settings_update":
        this.setting(envelope);
        break;
      case "publisher_update":
        this.publisher(envelope);
        break;
      case "source_update":
        this.sourceSettings(envelope);
        break;
      case "system_health_update":
        this.systemHealth(envelope, now);
        break;
      case "job_progress":
        this.job(envelope);
        break;
      case "heartbeat":
        this.rest.skewMs = Date.parse(envelope.timestamp) - now || 0;
        break;
      case "price_update":
        this.rest.lastPriceAt = envelope.timestamp;
        break;
    }
  }

  private signal(envelope: Envelope, now: number): void {
    const row = readRow(envelope.data, envelope.type === "signal_received" ? (envelope.seq ?? null) : null);
    if (row === null) return;
    this.signals ??= new Map(this.before.signals);
    const known = this.signals.get(row.id);
    if (row.parent_id !== null && row.parent_id !== row.id) {
      // Folded into its entry from now on: it stands in the entry's journey, not in the list.
      this.signals.delete(row.id);
      this.child(row.parent_id, { id: row.id, exit: row.kind === "exit", at: row.received_at });
      return;
    }
    this.signals.set(row.id, {
      ...row,
      seq: row.seq ?? known?.seq ?? null,
      children: known?.children ?? null,
    });
    if (envelope.type === "signal_received" && known === undefined) {
      this.arrived ??= new Map([...this.before.arrived].filter(([, at]) => now - at < GLOW_MS));
      this.arrived.set(row.id, now);
    }
  }

  private child(parent: string, fact: ChildFact): void {
    this.childFacts ??= new Map(this.before.childFacts);
    const others = this.childFacts.get(parent) ?? [];
    if (others.some((one) => one.id === fact.id)) return;
    this.childFacts.set(parent, [...others, fact]);
  }

  private health(envelope: Envelope): void {
    const health = readSource(envelope.data);
    if (health === null) return;
    this.sources ??= new Map(this.before.sources);
    this.sources.set(health.source, health);
  }

  private setting({ data }: Envelope): void {
    if (typeof data["name"] !== "string") return;
    this.chosen ??= new Map(this.before.chosen);
    // Set back to its default, which whoever reads it knows.
    if (data["after"] === null) this.chosen.delete(data["name"]);
    else this.chosen.set(data["name"], data["after"]);
  }

  private sourceSettings({ data }: Envelope): void {
    if (typeof data["name"] !== "string" || !isRecord(data["after"])) return;
    this.rest.sourceSettings = new Map(this.rest.sourceSettings ?? this.before.sourceSettings).set(data["name"], data["after"]);
  }

  private systemHealth({ data }: Envelope, now: number): void {
    const told = readHealth(data);
    if (told !== null) this.rest.health = { told, at: now };
  }

  private publisher({ data }: Envelope): void {
    const told = readPublisher(data);
    if (told === null) return;
    this.publishers ??= new Map(this.before.publishers);
    this.publishers.set(told.source, told);
  }

  private job({ data }: Envelope): void {
    const told = readJob(data);
    if (told === null) return;
    this.jobs ??= new Map(this.before.jobs);
    this.jobs.set(told.job, told);
  }

  result(): Partial<Desk> {
    return {
      ...this.rest,
      ...(this.signals ? { signals: newest(this.signals) } : {}),
      ...(this.childFacts ? { childFacts: this.childFacts } : {}),
      ...(this.arrived ? { arrived: this.arrived } : {}),
      ...(this.sources ? { sources: this.sources } : {}),
      ...(this.chosen ? { chosen: this.chosen } : {}),
      ...(this.publishers ? { publishers: this.publishers } : {}),
      ...(this.jobs ? { jobs: this.jobs } : {}),
    };
  }
}

function newest(signals: Map<string, SignalItem>): Map<string, SignalItem> {
  if (signals.size <= RING) return signals;
  return new Map([...signals].sort((a, b) => (b[1].seq ?? 0) - (a[1].seq ?? 0)).slice(0, RING));
}

/** One frame's events, in order. */
export function foldEvents(before: Desk, events: readonly Envelope[], now: number): Partial<Desk> {
  const draft = new Draft(before);
  for (const envelope of events) draft.apply(envelope, now);
  return draft.result();
}

/** A snapshot replaces everything that was known. */
export function foldSnapshot(before: Desk, snapshot: Snapshot): Partial<Desk> {
  const items = readItems(snapshot["signals"]).filter((one) => one.parent_id === null);
  const health = isRecord(snapshot["health"]) ? snapshot["health"] : {};
  return {
    known: true,
    signals: new Map(items.map((one) => [one.id, one])),
    childFacts: new Map(),
    sources: new Map(readSources(snapshot["sources"]).map((one) => [one.source, one])),
    model: readModel(snapshot["model"]),
    settings: readSettings(snapshot["settings"]),
    chosen: readChosen(snapshot["settings"]),
    publishers: new Map(readPublishers(snapshot["publishers"]).map((one) => [one.source, one])),
    sourceSettings: new Map(),
    version: typeof health["version"] === "string" ? health["version"] : before.version,
    generation: before.generation + 1,
  };
}
