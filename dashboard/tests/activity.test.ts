import { describe, expect, it } from "vitest";

import { added, readFact, RING, type ActivityFact, type Ring } from "../src/state/activity";
import { browserMatch } from "../src/tools/activity/expression";
import { absorbed, continued, holdBack, KEPT, merged, type Page } from "../src/tools/activity/feed";
import { filterQuery, isFiltered, matches, NO_FILTERS, readFilters, toggled, type Filters } from "../src/tools/activity/filters";
import { began, TOLD, toldMore } from "../src/tools/activity/replay";
import { bars, barWidth, byLoudness, total } from "../src/tools/activity/steps";
import { passing, fact as plain } from "./fakes";

function fact(seq: number, change: Partial<ActivityFact> = {}): ActivityFact {
  const made = readFact(plain(seq));
  if (made === null) throw new Error("not a fact");
  return { ...made, ...change };
}

const facts = (from: number, to: number): ActivityFact[] => Array.from({ length: to - from + 1 }, (_, at) => fact(from + at));
const back = (from: number, to: number): ActivityFact[] => facts(to, from).reverse();
const seqs = (rows: readonly ActivityFact[]): number[] => rows.map((one) => one.seq);
const all = (): boolean => true;

describe("filters", () => {
  it("stand in the address and come back as they were", () => {
    const filters: Filters = { ...NO_FILTERS, types: ["event", "error"], kinds: ["scan"], levels: ["ERROR"], source: "my bot", symbol: "NQ1!", q: "a&b", regex: "^x|y$", since: "2026-01-07T14:00:00Z", until: "2026-01-07T15:00:00Z" };
    expect(readFilters(filterQuery(filters))).toEqual(filters);
    expect(filterQuery(NO_FILTERS)).toBe("");
    expect(isFiltered(readFilters("?source="))).toBe(false);
  });

  it("toggle one of a list", () => {
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });

  it.each([
    [{ types: ["event"] }, true],
    [{ types: ["error"] }, false],
    [{ levels: ["INFO", "ERROR"] }, true],
    [{ levels: ["DEBUG"] }, false],
    [{ kinds: ["scan"] }, true],
    [{ kinds: ["order"] }, false],
    [{ source: "test" }, true],
    [{ source: "tes" }, false],
    [{ symbol: "NQ1!" }, true],
    [{ symbol: "ES1!" }, false],
    [{ q: "BREAKOUT" }, true],
    [{ q: "\"side\"" }, true],
    [{ q: "nothing" }, false],
    [{ since: "2026-01-07T14:31:45Z" }, true],
    [{ until: "2026-01-07T14:31:45Z" }, false],
  ])("%j of a live fact: %s", (wanted, expected) => {
    const one = fact(1, { symbol: "NQ1!", message: "Breakout on NQ", data: { event_type: "scan", raw: '{"side": "buy"}' } });
    expect(matches(one, { ...NO_FILTERS, ...wanted }, null)).toBe(expected);
  });

  it("asks the expression of message and alert text alike", () => {
    const one = fact(1, { message: "x", data: { raw: "alert 12" } });
    expect(matches(one, NO_FILTERS, browserMatch("ALERT \\d+$"))).toBe(true);
    expect(matches(one, NO_FILTERS, browserMatch("^alert$"))).toBe(false);
  });
});

describe("an expression", () => {
  it.each(["(a+)+$", "(a*)*", "(x{2,})+", "a+b+c+d+e+f+g+", "(?i)a", "(?P<n>a)", "\\1", "a(", "(?=a)"])("is left to the server: %s", (regex) => {
    expect(browserMatch(regex)).toBeNull();
  });

  it.each([
    ["filled|denied", "Order FILLED", true],
    ["^BUY .* NQ", "buy 2 NQ", true],
    ["\\bp=0\\.[6-9]", "p=0.63", true],
    ["[", "[", null],
  ])("%s", (regex, text, expected) => {
    expect(browserMatch(regex)?.(text) ?? null).toBe(expected);
  });
});

describe("the ring", () => {
  const start: Ring = { facts: [], dropped: 0 };

  it("takes each fact once, in order, and says what it let go", () => {
    let ring = added(start, facts(1, 10));
    ring = added(ring, facts(8, 12));
    expect(seqs(ring.facts)).toEqual(seqs(facts(1, 12)));
    ring = added(ring, facts(13, RING + 1));
    expect(ring.facts).toHaveLength(RING / 2);
    expect(ring.dropped).toBe((ring.facts[0]?.seq ?? 0) - 1);
  });

  it("knows facts from passing updates", () => {
    expect(readFact(passing("price_update", {}))).toBeNull();
  });
});

describe("the feed", () => {
  const page = (head: number, from: number, to: number, next: string | null = null): Page => ({ head, items: back(from, to), next });

  it("puts what came since the first page in front of it, without gap or repeat", () => {
    expect(seqs(merged(facts(8, 14), [page(10, 10, 6, "6"), page(10, 5, 1)], all))).toEqual(seqs(back(14, 1)));
    expect(seqs(merged(facts(8, 14), [page(10, 10, 6)], (one) => one.seq % 2 === 0))).toEqual([14, 12, 10, 9, 8, 7, 6]);
  });

  it("keeps what the ring lets go", () => {
    const pages = absorbed([page(10, 10, 1)], facts(8, 14), all);
    expect(seqs(merged(facts(15, 16), pages, all))).toEqual(seqs(back(16, 1)));
    expect(absorbed(pages, facts(8, 14), all)).toEqual(pages);
  });

  it("does not grow for ever, and can go on from where it was cut", () => {
    const long = page(KEPT + 500, KEPT + 500, 501, "501");
    const pages = absorbed([long, page(0, 500, 1)], facts(KEPT + 501, KEPT + 502), all);
    expect(pages).toHaveLength(2);
    expect(pages.at(-1)?.next).toBe("501");
  });

  it("takes what only the server could pick", () => {
    const pages = continued([page(10, 10, 9)], [fact(14), fact(12)], 15);
    expect(seqs(merged(facts(16, 17), pages, () => false))).toEqual([14, 12, 10, 9]);
    expect(continued(pages, [fact(14)], 15)).toEqual(pages);
  });

  it("counts what waits while it is held", () => {
    const rows = back(9, 1);
    expect(holdBack(rows, null).waiting).toBe(0);
    expect(holdBack(rows, 6)).toEqual({ shown: back(6, 1), waiting: 3 });
    expect(holdBack(rows, 0)).toEqual({ shown: [], waiting: 9 });
  });
});

describe("the chart", () => {
  it("gathers steps and live facts into bars without losing any", () => {
    const from = Date.UTC(2026, 0, 7, 14, 31, 30);
    const steps = [0, 10, 20, 30].map((second) => ({ at: from + second * 1_000, counts: byLoudness({ INFO: 2, WARNING: 1, CRITICAL: 1 }) }));
    const found = bars(steps, [fact(1), fact(2, { level: "ERROR" })], { from, to: from + 60_000 }, 15_000);
    expect(found).toHaveLength(4);
    expect(found.reduce((sum, bar) => sum + total(bar.counts), 0)).toBe(18);
    expect(found[1]?.counts).toEqual({ quiet: 3, warn: 1, bad: 2 });
  });

  it.each([
    [900, 120, 1, 10],
    [3_600, 120, 1, 30],
    [86_400, 120, 60, 900],
    [60, 120, 10, 10],
  ])("%i s in at most %i bars of at least %i s: %i s each", (span, most, step, width) => {
    expect(barWidth({ from: 0, to: span * 1_000 }, most, step)).toBe(width * 1_000);
  });
});

describe("a playback", () => {
  it("puts what it tells on top, keeps its clock where nothing fits, and does not grow for ever", () => {
    let replay = began("2026-01-07T14:00:00Z");
    replay = toldMore(replay, [{ fact: fact(1), at: "a" }, { fact: fact(2), at: "b" }]);
    replay = toldMore(replay, [{ fact: null, at: "c" }]);
    expect([seqs(replay.facts), replay.at]).toEqual([[2, 1], "c"]);
    replay = toldMore(replay, facts(3, TOLD + 3).map((one) => ({ fact: one, at: "d" })));
    expect(replay.facts).toHaveLength(TOLD);
    expect(replay.facts[0]?.seq).toBe(TOLD + 3);
  });
});
