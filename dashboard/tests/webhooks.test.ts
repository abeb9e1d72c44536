import { describe, expect, it } from "vitest";

import { pointed, sameMapping } from "../src/tools/webhooks/mapping";
import { built, FIELDS, filled, parts, TEMPLATES } from "../src/tools/webhooks/messages";
import { isMuted, masked } from "../src/tools/webhooks/sources";
import { segment } from "../src/tools/webhooks/trouble";

const NOW = Date.UTC(2026, 0, 7, 14, 31, 45);

describe("messages to paste", () => {
  it.each(TEMPLATES.map((one) => [one.id, one.text] as const))("%s holds only placeholders that have a value", (_, text) => {
    expect(filled(text, NOW)).not.toContain("{{");
    expect(parts(text).map((part) => part.text).join("")).toBe(text);
  });

  it("are filled with the time at which they are tried", () => {
    expect(filled('{"t": "{{timenow}}", "x": {{nobody_knows}}}', NOW)).toBe('{"t": "2026-01-07T14:31:45Z", "x": {{nobody_knows}}}');
  });

  it("are built of what was chosen, strict JSON once filled in", () => {
    const every = new Set(FIELDS.map((field) => field.name));
    for (const kind of ["strategy", "indicator"] as const) {
      const made: unknown = JSON.parse(filled(built(kind, every, "sell"), NOW));
      expect(made).toMatchObject({ symbol: "MNQ1!", side: kind === "strategy" ? "buy" : "sell", price: 25118.25, stop: 25098.25 });
    }
    expect(Object.keys(JSON.parse(filled(built("strategy", new Set(), "buy"), NOW)) as object)).toEqual(["symbol", "side"]);
  });
});

describe("a mapping under construction", () => {
  it("gives each of our fields one path and each path one field", () => {
    let mapping = pointed({}, "wert", "symbol");
    mapping = pointed(mapping, "kurs", "price");
    expect(pointed(mapping, "kurs", "symbol")).toEqual({ symbol: "kurs" });
    expect(pointed(mapping, "wert", "")).toEqual({ price: "kurs" });
    expect(sameMapping(mapping, { price: "kurs", symbol: "wert" })).toBe(true);
    expect(sameMapping(mapping, { price: "kurs" })).toBe(false);
  });
});

describe("a source", () => {
  it("keeps its token to itself", () => {
    expect(masked("https://desk.example.com/webhook/s3cr3t")).toBe(`https://desk.example.com/webhook/${"•".repeat(24)}`);
  });

  it("is muted until the time comes", () => {
    expect(isMuted({ muted_until: "2026-01-07T14:31:46Z" }, NOW)).toBe(true);
    expect(isMuted({ muted_until: "2026-01-07T14:31:44Z" }, NOW)).toBe(false);
    expect(isMuted(undefined, NOW)).toBe(false);
  });

  it.each([
    [{ state: "live", reason: null }, "good", "live"],
    [{ state: "silent", reason: null }, "bad", "silent"],
    [{ state: "closed", reason: null }, "idle", "closed"],
    [{ state: "unknown", reason: "learning" }, "unknown", "unknown, its rhythm was not learned yet"],
  ] as const)("shows %j as %s, %s", (told, glow, name) => {
    expect(segment({ from: "2026-01-07T14:00:00Z", to: "2026-01-07T15:00:00Z", ...told })).toMatchObject({ glow, name });
  });
});
