import { describe, expect, it } from "vitest";

import { readMoment } from "../src/tools/activity/moment";

const NOW = Date.UTC(2026, 0, 7, 14, 31, 45);
const read = (typed: string, zone: "exchange" | "utc" = "utc", now = NOW): string | null => {
  const at = readMoment(typed, zone, now);
  return at === null ? null : new Date(at).toISOString();
};

describe("a typed time", () => {
  it.each([
    ["14:30", "2026-01-07T14:30:00.000Z"],
    ["14:30:15", "2026-01-07T14:30:15.000Z"],
    ["15:00", "2026-01-06T15:00:00.000Z"],
    ["2h", "2026-01-07T12:31:45.000Z"],
    ["-15 min", "2026-01-07T14:16:45.000Z"],
    ["3 d ago", "2026-01-04T14:31:45.000Z"],
    ["2026-01-05", "2026-01-05T00:00:00.000Z"],
    ["2026-1-5 9:30", "2026-01-05T09:30:00.000Z"],
    ["2026-01-05T09:30:00+01:00", "2026-01-05T08:30:00.000Z"],
  ])("%s", (typed, at) => {
    expect(read(typed)).toBe(at);
  });

  it.each(["", "never", "25:00", "12:60", "2026-02-31", "2026-13-01", "12"])("%j is none", (typed) => {
    expect(read(typed)).toBeNull();
  });

  it("is read in the zone that the page shows, in winter and in summer, and on the days of change", () => {
    expect(read("09:30", "exchange")).toBe("2026-01-07T14:30:00.000Z");
    expect(read("2025-07-01 09:30", "exchange")).toBe("2025-07-01T13:30:00.000Z");
    expect(read("2025-11-02 09:30", "exchange")).toBe("2025-11-02T14:30:00.000Z");
    expect(read("2025-03-09 09:30", "exchange")).toBe("2025-03-09T13:30:00.000Z");
    expect(read("23:00", "exchange")).toBe("2026-01-07T04:00:00.000Z");
  });
});
