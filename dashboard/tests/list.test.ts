import { describe, expect, it } from "vitest";

import { filterQuery, matches, NO_FILTERS, readFilters } from "../src/tools/signals/filters";
import { holdBack, mergeRows } from "../src/tools/signals/merge";
import { root, size, why } from "../src/components/signal/words";
import { item } from "./rows";

const live = (...items: ReturnType<typeof item>[]) => new Map(items.map((one) => [one.id, one]));

describe("the list", () => {
  it("shows each signal once, newest first, and the live row before history's", () => {
    const rows = mergeRows(live(item("b", 2, { status: "open" }), item("c", 3)), [item("b", 2), item("a", 1)], NO_FILTERS);
    expect(rows.map((row) => row.id)).toEqual(["c", "b", "a"]);
    expect(rows[1]?.status).toBe("open");
  });

  it("drops a row that no longer matches, and keeps history's word where the text is in the raw alert", () => {
    const filters = { ...NO_FILTERS, verdict: "take" };
    expect(mergeRows(live(item("b", 2, { verdict: "skip" })), [item("b", 2, { verdict: "take" })], filters)).toEqual([]);
    const text = { ...NO_FILTERS, q: "only in the raw text" };
    expect(mergeRows(live(item("a", 1)), [item("a", 1)], text).length).toBe(1);
    expect(mergeRows(live(item("a", 1)), [], text)).toEqual([]);
  });

  it("holds newer signals back while paused, counts them, and still shows what changed below", () => {
    const rows = [item("c", 3), item("b", 2, { status: "closed" })];
    expect(holdBack(rows, 2)).toEqual({ shown: [rows[1]], waiting: 1 });
    expect(holdBack(rows, null)).toEqual({ shown: rows, waiting: 0 });
    expect(holdBack(rows, 3)).toEqual({ shown: rows, waiting: 0 });
    expect(holdBack(rows, 1)).toEqual({ shown: [], waiting: 2 });
  });
});

describe("filters", () => {
  it("survive the way into the address and back", () => {
    const filters = { ...NO_FILTERS, symbol: "NQ1!", q: "a&b=c" };
    expect(readFilters(filterQuery(filters))).toEqual(filters);
    expect(filterQuery(NO_FILTERS)).toBe("");
  });

  it("ask of a live row what the server asks of history", () => {
    const row = item("a", 1, { verdict: "skip", reasons: [{ code: "stale", text: "alert 7 min old" }] });
    expect(matches(row, { ...NO_FILTERS, symbol: "nq1!", side: "buy", q: "7 MIN" })).toBe(true);
    expect(matches(row, { ...NO_FILTERS, side: "sell" })).toBe(false);
    expect(matches(row, { ...NO_FILTERS, verdict: "take" })).toBe(false);
  });
});

describe("words", () => {
  it("name what is traded, not the contract's month", () => {
    expect(["NQ1!", "MNQH2026", "ESZ25", "AAPL", "BTCUSDT.P", "CME:NQ1!", "EURUSD"].map(root)).toEqual(["NQ", "MNQ", "ES", "AAPL", "BTC", "NQ", "EURUSD"]);
    expect(size(item("a", 1, { quantity: 2, symbol: "MNQ1!" }))).toBe("2\u202fMNQ");
  });

  it("put the binding reason first and count the others", () => {
    const reasons = [
      { code: "stale", text: "alert 7 min old" },
      { code: "equity_assumed", text: "" },
    ];
    expect(why(item("a", 1, { reasons }))).toBe("alert 7 min old · +1");
    expect(why(item("a", 1))).toBe("waiting to be scored");
  });
});
