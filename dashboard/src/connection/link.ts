/**
 * Keeps this browser in step with the journal: WebSocket, else long poll, else offline with the last state.
 *
 * It alone knows the position. A fact at or below it is dropped (no duplicate); a fact that leaves a hole makes the link
 * come back by its position (no gap). While polling it keeps trying for a WebSocket in the background.
 */

import { backoff, type BackoffRule } from "./backoff";
import type { Envelope, Position, Snapshot } from "./envelope";
import type { Closing, Handlers, OpenRoad, Road, Welcome } from "./transport";

export type Phase = "connecting" | "live" | "polling" | "offline" | "ended";

export interface LinkStatus {
  phase: Phase;
  attempts: number;
  retryAt: number | null;
  resumed: boolean;
  serverVersion: string;
}

export interface LinkListener {
  onStatus: (status: LinkStatus) => void;
  onSnapshot: (snapshot: Snapshot) => void;
  onFact: (envelope: Envelope) => void;
  onPassing: (envelope: Envelope) => void;
}

export interface LinkParts {
  socket: OpenRoad;
  poll: OpenRoad;
  listener: LinkListener;
  /** Asks the server whether the session still stands; called when it refused us. */
  sessionStands: () => Promise<boolean>;
  /** Asked before each wait, because the longest wait is a setting of the desk. */
  retry?: () => BackoffRule;
  upgrade?: BackoffRule;
  random?: () => number;
}

const RETRY: BackoffRule = { baseMs: 500, capMs: 15_000 };
const UPGRADE: BackoffRule = { baseMs: 10_000, capMs: 120_000 };
const ACK_MS = 1_000;
/** Longer than a heartbeat: a socket that was silent for this long while the tab slept is not believed. */
const SILENT_MS = 40_000;

/** A socket that worked for so long and then broke is worth another one, before the long poll. */
const STEADY_MS = 5_000;

type Kind = "socket" | "poll";
type Timer = "retry" | "upgrade" | "ack";

export class Link {
  position: Position | null = null;
  private status: LinkStatus = { phase: "connecting", attempts: 0, retryAt: null, resumed: false, serverVersion: "" };
  private roads: Record<Kind, Road | undefined> = { socket: undefined, poll: undefined };
  private timers: Record<Timer, ReturnType<typeof setTimeout> | undefined> = { retry: undefined, upgrade: undefined, ack: undefined };
  private upgrades = 0;
  private mended: number | null = null;
  private stopped = false;
  private heardAt = Date.now();
  private factAt = this.heardAt;
  private liveSince: number | null = null;

  constructor(private readonly parts: LinkParts) {}

  start(): void {
    this.open("socket");
  }

  stop(): void {
    this.stopped = true;
    this.closeAll();
  }

  /** The tab is shown again, or the network came back: do not sit out a long wait. */
  wake(): void {
    if (this.stopped || this.status.phase === "ended") return;
    if (this.status.phase === "offline" || this.timers.retry !== undefined) {
      this.clear("retry");
      this.open("socket");
    } else if (this.status.phase === "polling" && this.roads.socket === undefined) {
      this.clear("upgrade");
      this.open("socket");
    } else if (this.status.phase === "live" && Date.now() - this.heardAt > SILENT_MS) {
      this.open("socket");
    }
  }

  private open(kind: Kind): void {
    this.roads[kind]?.close();
    const mine: { road: Road | null } = { road: null };
    const current = (): boolean => !this.stopped && (mine.road === null || this.roads[kind] === mine.road);
    const handlers: Handlers = {
      onWelcome: (welcome) => current() && this.welcomed(kind, welcome),
      onSnapshot: (snapshot) => current() && this.snapshot(snapshot),
      onEnvelope: (envelope) => current() && this.envelope(kind, envelope),
      onPosition: (position) => current() && this.considered(kind, position),
      onClosed: (closing) => current() && this.closed(kind, closing),
    };
    mine.road = this.parts[kind](this.position, handlers);
    this.roads[kind] = mine.road;
  }

  private welcomed(kind: Kind, welcome: Welcome): void {
    this.clear("retry");
    this.heardAt = Date.now();
    if (kind === "socket") {
      this.roads.poll?.close();
      this.roads.poll = undefined;
      this.clear("upgrade");
      this.upgrades = 0;
      this.liveSince = Date.now();
    } else if (this.roads.socket === undefined) {
      this.scheduleUpgrade();
    }
    this.say({
      phase: kind === "socket" ? "live" : "polling",
      attempts: 0,
      retryAt: null,
      resumed: welcome.resumed,
      serverVersion: welcome.serverVersion || this.status.serverVersion,
    });
  }

  private snapshot(snapshot: Snapshot): void {
    this.position = { epoch: snapshot.epoch, seq: snapshot.seq };
    this.parts.listener.onSnapshot(snapshot);
  }

  private envelope(kind: Kind, envelope: Envelope): void {
    const { seq, epoch } = envelope;
    this.heardAt = Date.now();
    if (typeof seq !== "number") {
      this.parts.listener.onPassing(envelope);
      return;
    }
    const here = this.position;
    if (here !== null && seq <= here.seq && (epoch ?? here.epoch) === here.epoch) return;
    // The page follows every fact, so numbers rise by one. After one return by position a hole is the server's word: take it.
    if (kind === "socket" && here !== null && seq > here.seq + 1 && this.mended !== here.seq) {
      this.mended = here.seq;
      this.open("socket");
      return;
    }
    this.position = { epoch: epoch ?? here?.epoch ?? "", seq };
    this.factAt = this.heardAt;
    this.parts.listener.onFact(envelope);
    this.acknowledgeSoon();
  }

  private considered(kind: Kind, position: Position): void {
    if (this.position !== null && position.epoch === this.position.epoch && position.seq <= this.position.seq) return;
    if (kind === "socket" && this.position !== null && this.mended !== this.position.seq) {
      this.mended = this.position.seq;
      this.open("socket");
      return;
    }
    this.position = position;
  }

  private closed(kind: Kind, closing: Closing): void {
    this.roads[kind] = undefined;
    if (closing === "refused") {
      void this.askSession(kind);
      return;
    }
    this.lost(kind);
  }

  private async askSession(kind: Kind): Promise<void> {
    const stands = await this.parts.sessionStands().catch(() => true);
    if (this.stopped) return;
    if (stands) {
      this.lost(kind);
      return;
    }
    this.closeAll();
    this.say({ phase: "ended", attempts: 0, retryAt: null });
  }

  private lost(kind: Kind): void {
    const steady = kind === "socket" && this.liveSince !== null && Date.now() - this.liveSince >= STEADY_MS;
    if (kind === "socket") this.liveSince = null;
    if (steady) {
      this.say({ phase: "connecting" });
      this.retryIn(this.wait());
    } else if (kind === "socket" && this.roads.poll !== undefined) {
      this.scheduleUpgrade();
    } else if (kind === "socket") {
      this.open("poll");
    } else if (this.roads.socket === undefined) {
      this.scheduleRetry();
    }
  }

  private scheduleRetry(): void {
    this.clear("upgrade");
    const wait = this.wait();
    this.say({ phase: "offline", attempts: this.status.attempts + 1, retryAt: Date.now() + wait });
    this.retryIn(wait);
  }

  private wait(): number {
    return backoff(this.status.attempts, this.parts.retry?.() ?? RETRY, this.parts.random);
  }

  private retryIn(wait: number): void {
    this.clear("retry");
    this.timers.retry = setTimeout(() => {
      this.timers.retry = undefined;
      this.open("socket");
    }, wait);
  }

  private scheduleUpgrade(): void {
    this.clear("upgrade");
    const wait = backoff(this.upgrades++, this.parts.upgrade ?? UPGRADE, this.parts.random);
    this.timers.upgrade = setTimeout(() => {
      this.timers.upgrade = undefined;
      this.open("socket");
    }, wait);
  }

  /** At most once a second, and always with the newest position: the server measures delivery by it. */
  private acknowledgeSoon(): void {
    this.timers.ack ??= setTimeout(() => {
      this.timers.ack = undefined;
      const heldMs = Math.max(0, Date.now() - this.factAt);
      if (this.position !== null) this.roads.socket?.ack(this.position.seq, new Date(this.factAt).toISOString(), heldMs);
    }, ACK_MS);
  }

  private say(change: Partial<LinkStatus>): void {
    this.status = { ...this.status, ...change };
    this.parts.listener.onStatus(this.status);
  }

  private clear(name: Timer): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = undefined;
  }

  private closeAll(): void {
    for (const name of ["retry", "upgrade", "ack"] as const) this.clear(name);
    for (const kind of ["socket", "poll"] as const) this.roads[kind]?.close();
    this.roads = { socket: undefined, poll: undefined };
  }
}
