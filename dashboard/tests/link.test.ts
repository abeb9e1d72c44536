import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { backoff } from "../src/connection/backoff";
import type { Envelope } from "../src/connection/envelope";
import { Link, type LinkStatus } from "../src/connection/link";
import { fact, passing, Roads } from "./fakes";

const WELCOME = { resumed: true, transport: "websocket", serverVersion: "1" };

function setUp(sessionStands = true) {
  const roads = new Roads();
  const heard = { facts: [] as number[], passing: [] as Envelope[], snapshots: 0, statuses: [] as LinkStatus[] };
  const link = new Link({
    socket: roads.open("socket"),
    poll: roads.open("poll"),
    sessionStands: () => Promise.resolve(sessionStands),
    random: () => 1,
    retry: () => ({ baseMs: 100, capMs: 1_000 }),
    upgrade: { baseMs: 5_000, capMs: 20_000 },
    listener: {
      onStatus: (status) => heard.statuses.push(status),
      onSnapshot: () => heard.snapshots++,
      onFact: (envelope) => heard.facts.push(envelope.seq ?? -1),
      onPassing: (envelope) => heard.passing.push(envelope),
    },
  });
  link.start();
  return { link, roads, heard, phase: () => heard.statuses.at(-1)?.phase };
}

function live(at = 10) {
  const set = setUp();
  set.roads.last.handlers.onWelcome(WELCOME);
  set.roads.last.handlers.onSnapshot({ epoch: "e1", seq: at });
  return set;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("backoff", () => {
  it("doubles up to its cap, and spreads attempts over half of it", () => {
    const rule = { baseMs: 500, capMs: 15_000 };
    expect([0, 1, 2, 10, 1_000].map((n) => backoff(n, rule, () => 1))).toEqual([500, 1_000, 2_000, 15_000, 15_000]);
    expect(backoff(3, rule, () => 0)).toBe(2_000);
  });
});

describe("the link", () => {
  it("starts from a snapshot and hears each fact once, in order", () => {
    const { roads, heard, phase } = live();
    for (const seq of [11, 12, 12, 11, 13]) roads.last.handlers.onEnvelope(fact(seq));
    expect(phase()).toBe("live");
    expect(heard.facts).toEqual([11, 12, 13]);
  });

  it("comes back by its position when a fact is missing, and then drops what it has", () => {
    const { roads, heard } = live();
    roads.last.handlers.onEnvelope(fact(11));
    roads.last.handlers.onEnvelope(fact(14));
    expect(roads.kinds).toBe("socket socket");
    expect(roads.opened[0]?.closed).toBe(true);
    expect(roads.last.position).toEqual({ epoch: "e1", seq: 11 });
    for (const seq of [12, 13, 14]) roads.last.handlers.onEnvelope(fact(seq));
    expect(heard.facts).toEqual([11, 12, 13, 14]);
  });

  it("comes back when a heartbeat is further than the facts that arrived", () => {
    const { roads } = live();
    roads.last.handlers.onPosition({ epoch: "e1", seq: 12 });
    expect(roads.last.position).toEqual({ epoch: "e1", seq: 10 });
    // The server says it again after the return: the facts between were not for us.
    roads.last.handlers.onPosition({ epoch: "e1", seq: 12 });
    expect(roads.kinds).toBe("socket socket");
  });

  it("hears nothing more from a road that it has left", () => {
    const { roads, heard } = live();
    const old = roads.last;
    old.handlers.onEnvelope(fact(14));
    old.handlers.onEnvelope(fact(11));
    expect(heard.facts).toEqual([]);
  });

  it("falls back to long poll at its position, and returns to WebSocket when it can be had", () => {
    const { roads, heard, phase } = live();
    roads.last.handlers.onEnvelope(fact(11));
    roads.last.handlers.onClosed("lost");
    expect(roads.last).toMatchObject({ kind: "poll", position: { epoch: "e1", seq: 11 } });
    const poll = roads.last;
    poll.handlers.onWelcome({ ...WELCOME, transport: "polling" });
    poll.handlers.onEnvelope(fact(12));
    expect(phase()).toBe("polling");
    vi.advanceTimersByTime(5_000);
    expect(roads.last).toMatchObject({ kind: "socket", position: { epoch: "e1", seq: 12 } });
    poll.handlers.onEnvelope(fact(13));
    roads.last.handlers.onWelcome(WELCOME);
    roads.last.handlers.onEnvelope(fact(13));
    roads.last.handlers.onEnvelope(fact(14));
    expect(poll.closed).toBe(true);
    expect(phase()).toBe("live");
    expect(heard.facts).toEqual([11, 12, 13, 14]);
  });

  it("tries another WebSocket first when one that had worked for a while breaks", () => {
    const { roads, phase } = live();
    vi.advanceTimersByTime(6_000);
    roads.last.handlers.onClosed("lost");
    expect(phase()).toBe("connecting");
    vi.advanceTimersByTime(100);
    expect(roads.kinds).toBe("socket socket");
    // One that breaks as soon as it is there is not worth a third: the long poll takes over.
    roads.last.handlers.onWelcome(WELCOME);
    roads.last.handlers.onClosed("lost");
    expect(roads.kinds).toBe("socket socket poll");
  });

  it("keeps polling while WebSocket stays blocked, asking ever more rarely", () => {
    const { roads } = live();
    roads.last.handlers.onClosed("lost");
    roads.last.handlers.onWelcome(WELCOME);
    for (const wait of [5_000, 10_000, 20_000, 20_000]) {
      vi.advanceTimersByTime(wait - 1);
      const before = roads.opened.length;
      vi.advanceTimersByTime(1);
      expect(roads.opened.length).toBe(before + 1);
      roads.last.handlers.onClosed("lost");
    }
    expect(roads.opened.filter((road) => road.kind === "poll").length).toBe(1);
  });

  it("is offline when neither road can be had, and waits longer after each attempt", () => {
    const { roads, heard, phase } = live();
    for (const wait of [100, 200, 400]) {
      roads.last.handlers.onClosed("lost");
      roads.last.handlers.onClosed("lost");
      expect(phase()).toBe("offline");
      expect(heard.statuses.at(-1)?.retryAt).toBe(Date.now() + wait);
      vi.advanceTimersByTime(wait);
      expect(roads.last.kind).toBe("socket");
      expect(roads.last.position).toEqual({ epoch: "e1", seq: 10 });
    }
  });

  it("does not sit out a wait when the tab is shown again", () => {
    const { link, roads } = live();
    roads.last.handlers.onClosed("lost");
    roads.last.handlers.onClosed("lost");
    link.wake();
    expect(roads.kinds).toBe("socket poll socket");
    vi.advanceTimersByTime(60_000);
    expect(roads.kinds).toBe("socket poll socket");
  });

  it("does not believe a socket that was silent while the tab slept", () => {
    const { link, roads } = live();
    vi.advanceTimersByTime(30_000);
    link.wake();
    expect(roads.opened.length).toBe(1);
    vi.advanceTimersByTime(30_000);
    link.wake();
    expect(roads.opened.length).toBe(2);
  });

  it("acknowledges at most once a second, always the newest", () => {
    const { roads } = live();
    for (let seq = 11; seq <= 30; seq++) {
      roads.last.handlers.onEnvelope(fact(seq));
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(1_000);
    expect(roads.last.acks).toEqual([20, 30]);
  });

  it("passes updates without a number on, and keeps its position", () => {
    const { link, roads, heard } = live();
    roads.last.handlers.onEnvelope(passing("price_update", {}));
    expect(heard.passing.length).toBe(1);
    expect(link.position?.seq).toBe(10);
  });

  it("takes a new epoch's snapshot as the new truth", () => {
    const { roads, heard } = live();
    roads.last.handlers.onSnapshot({ epoch: "e2", seq: 3 });
    roads.last.handlers.onEnvelope({ ...fact(4), epoch: "e2" });
    expect(heard.facts).toEqual([4]);
  });

  it("ends when the server refuses us and the session is over, and only then", async () => {
    const over = setUp(false);
    over.roads.last.handlers.onClosed("refused");
    await vi.advanceTimersByTimeAsync(0);
    expect(over.phase()).toBe("ended");
    const restarting = setUp(true);
    restarting.roads.last.handlers.onClosed("refused");
    await vi.advanceTimersByTimeAsync(0);
    expect(restarting.roads.kinds).toBe("socket poll");
  });
});
