import { describe, expect, it } from "vitest";

import { age, clock, milliseconds, percent, price, quantity, rMultiple, signed, utc } from "../src/state/format";

const plain = (text: string): string => text.replaceAll("\u202f", " ");

describe("figures", () => {
  it("keeps every digit that the alert carried, and two decimals at least", () => {
    expect(plain(price(21450.25))).toBe("21 450.25");
    expect(plain(price(25118))).toBe("25 118.00");
    expect(price(1.08345)).toBe("1.08345");
    expect(price(8.21e-6)).toBe("0.00000821");
    expect(plain(price(-12_345.5))).toBe("−12 345.50");
  });

  it("says unknown as unknown, never as zero", () => {
    for (const show of [price, rMultiple, percent, quantity]) expect(show(null)).toBe("–");
    expect(price(Number.NaN)).toBe("–");
  });

  it("gives every gain and loss its sign, and zero none", () => {
    expect(plain(rMultiple(0.4))).toBe("+0.40 R");
    expect(plain(rMultiple(-1))).toBe("−1.00 R");
    expect(signed(-0.001, 2)).toBe("0.00");
  });

  it("shows a probability as a whole percent", () => {
    expect(plain(percent(0.634))).toBe("63 %");
  });

  it("tells ages and durations in the unit that says something", () => {
    expect([0, 12_000, 190_000, 7_300_000, 2e8].map((ms) => plain(age(ms)))).toEqual(["0 s", "12 s", "3 min", "2 h", "2 d"]);
    expect(age(-5_000)).toBe("0\u202fs");
    expect([1.94, 120.4, 2_500, 900_200].map((ms) => plain(milliseconds(ms)))).toEqual(["1.9 ms", "120 ms", "2.5 s", "15 min"]);
  });

  it("shows the same moment in New York and in UTC", () => {
    expect(clock("2026-01-07T19:31:45.123Z", "exchange")).toBe("14:31:45");
    expect(clock("2026-01-07T19:31:45.123Z", "utc")).toBe("19:31:45");
    expect(utc("2026-01-07T19:31:45.123Z")).toBe("2026-01-07 19:31:45.123 UTC");
  });
});
