import { describe, expect, it } from "vitest";

import { covered, shares, type Segment } from "../src/components/charts/segments";
import { lineParts, scale, type Point } from "../src/components/charts/series";
import { featureValue } from "../src/components/signal/features";
import { root } from "../src/components/signal/words";
import { nextSort, sorted, type Column } from "../src/components/table/column";
import { stretched } from "../src/state/vitals";
import { importance } from "../src/tools/ml/Importance";
import { within } from "../src/tools/ml/Spread";
import { counted } from "../src/tools/system/data";

const live = (from: number, to: number): Segment => ({ from, to, glow: "good", name: "live" });

describe("a state strip", () => {
  it("shows what nobody told as unknown, before, between and after", () => {
    const names = covered([live(30, 50), live(10, 20)], 0, 60).map((one) => `${one.name} ${one.from}-${one.to}`);
    expect(names).toEqual(["unknown 0-10", "live 10-20", "unknown 20-30", "live 30-50", "unknown 50-60"]);
  });

  it("joins neighbours in one state and cuts at the window's edges", () => {
    expect(covered([live(0, 10), live(10, 99)], 5, 20)).toEqual([live(5, 20)]);
    expect(shares(covered([live(0, 15)], 0, 20))).toEqual([
      { name: "live", share: 0.75 },
      { name: "unknown", share: 0.25 },
    ]);
  });

  it("begins a new stretch only where the state changed, and ends the one before", () => {
    const first = stretched([], "live", "good", 0);
    expect(stretched(first, "live", "good", 5)).toBe(first);
    expect(stretched(first, "offline", "bad", 7)).toEqual([
      { from: 0, to: 7, glow: "good", name: "live" },
      { from: 7, to: null, glow: "bad", name: "offline" },
    ]);
  });
});

describe("a sparkline", () => {
  const points: Point[] = [1, 2, null, 4, null].map((value, at) => ({ at, value }));

  it("breaks where a value is unknown, and draws a lone value as a dot", () => {
    const parts = lineParts(points, scale(points, 100, 20, 0));
    expect(parts).toHaveLength(2);
    expect(parts[0]?.match(/[ML]/g)).toEqual(["M", "L"]);
    expect(parts[1]).toMatch(/h0\.01$/);
  });

  it("finds the point under the pointer", () => {
    expect(scale(points, 100, 20, 0).nearest(60)).toBe(2);
    expect(scale([], 100, 20, 0).nearest(60)).toBeNull();
  });
});

describe("a table's order", () => {
  interface Row {
    name: string;
    r: number | null;
  }
  const columns: Column<Row>[] = [{ id: "r", title: "R", width: "1fr", right: true, sortBy: (row) => row.r, cell: () => null }];
  const rows: Row[] = [
    { name: "a", r: 1 },
    { name: "b", r: null },
    { name: "c", r: 3 },
  ];
  const names = (descending: boolean): string => sorted(rows, columns, { id: "r", descending }).map((one) => one.name).join("");

  it("puts unknown last, whichever way it is sorted", () => {
    expect(names(true)).toBe("cab");
    expect(names(false)).toBe("acb");
    expect(sorted(rows, columns, null)).toBe(rows);
  });

  it("asks for figures largest first, turns round, and lets go", () => {
    const first = nextSort(null, "r", true);
    const second = nextSort(first, "r", true);
    expect([first?.descending, second?.descending, nextSort(second, "r", true)]).toEqual([true, false, null]);
  });
});

describe("the ML hub's words", () => {
  it("reads importance from either form of a card, largest first, and nothing from none", () => {
    expect(importance({ a_b: 0.1, c: 0.4 })).toEqual([
      { name: "c", value: 0.4 },
      { name: "a b", value: 0.1 },
    ]);
    expect(importance([{ feature: "x", importance: 0.2 }])).toEqual([{ name: "x", value: 0.2 }]);
    expect(importance(null)).toEqual([]);
  });

  it("leaves out empty ends of the spread, but never the threshold", () => {
    const bins = Array.from({ length: 10 }, (_, n) => ({ low: n / 10, high: (n + 1) / 10, n: n === 4 ? 3 : 0, taken: 0 }));
    expect(within(bins, 0.75).map((one) => one.low)).toEqual([0.3, 0.4, 0.5, 0.6, 0.7, 0.8]);
  });

  it("says what a size counts", () => {
    expect(["NQ1!", "MNQH2026", "BTCUSDT.P", "BINANCE:ETHUSDC", "AAPL", "USDT"].map(root)).toEqual(["NQ", "MNQ", "BTC", "ETH", "AAPL", "USDT"]);
  });
});

describe("a feature's value", () => {
  it("is told as a trader knows it, not as the model reads it", () => {
    const told = (name: string, value: number | null): string => featureValue(name, value).replaceAll("\u202f", " ");
    expect(told("stop_pct", Math.log(6 / 6913.25))).toBe("0.0868 %");
    expect(told("interval", Math.log(5))).toBe("5 min");
    expect(told("since_last", Math.log(300))).toBe("5 min");
    expect(told("alerts_hour", Math.log1p(12))).toBe("12");
    expect([told("long", 1), told("long", -1), told("strength", 0.46), told("baseline", 0.414)]).toEqual(["buy", "sell", "46 %", "41 %"]);
    expect([told("somebody_elses", 0.12345), told("stop_pct", null)]).toEqual(["0.123", "–"]);
  });
});

describe("the live clients", () => {
  it("are counted by the way they came, none being a zero", () => {
    const row = (kind: string, transport: string) => ({ id: `${kind} ${transport}`, kind, transport, principal: "owner", name: "x", since: "", position: null, queued_bytes: 0, latency_ms: null });
    expect(counted([row("socketio", "websocket"), row("socketio", "polling"), row("ws", "websocket")])).toEqual({ websocket: 1, polling: 1, ws: 1 });
    expect(counted([])).toEqual({ websocket: 0, polling: 0, ws: 0 });
  });
});
