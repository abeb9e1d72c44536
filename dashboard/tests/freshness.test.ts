import { describe, expect, it } from "vitest";

import type { WebhookHealthUpdate } from "../src/events";
import { connectionLight, priceLight, webhookLight } from "../src/state/freshness";

const NOW = Date.UTC(2026, 0, 7, 14, 0, 0);
const LINK = { phase: "live", attempts: 0, retryAt: null, resumed: false, serverVersion: "" } as const;

function source(change: Partial<WebhookHealthUpdate>): WebhookHealthUpdate {
  const at = new Date(NOW - 12_000).toISOString();
  const figures = { muted_until: null, threshold_s: 300, expected_every_s: null, median_s: 60, count: 9, rate_per_min: 1, lag_p50_ms: null, lag_p95_ms: null };
  return { source: "tradingview", status: "live", last_at: at, ...figures, rejects: {}, series: [], ...change };
}

describe("the three lights", () => {
  it("say unknown before anything is known", () => {
    expect(webhookLight([], NOW)).toMatchObject({ glow: "unknown", text: "webhook –" });
    expect(webhookLight([source({ last_at: null, status: "never" })], NOW).glow).toBe("unknown");
    expect(priceLight(null, NOW).glow).toBe("unknown");
  });

  it("tell the age of the newest alert, and a silent source even while another talks", () => {
    expect(webhookLight([source({})], NOW)).toMatchObject({ glow: "good", text: "webhook 12\u202fs" });
    const silent = source({ source: "swing", status: "silent", last_at: new Date(NOW - 7_200_000).toISOString() });
    expect(webhookLight([source({}), silent], NOW)).toMatchObject({ glow: "bad", text: "webhook 2\u202fh" });
  });

  it("do not alarm while the market is closed", () => {
    expect(webhookLight([source({ status: "closed" })], NOW).glow).toBe("unknown");
  });

  it("do not call a source well whose silence can't be told yet", () => {
    expect(webhookLight([source({ status: "learning" })], NOW)).toMatchObject({ glow: "unknown", text: "webhook 12\u202fs" });
  });

  it("tell live from polling from offline, with the next attempt", () => {
    expect(connectionLight(LINK, NOW)).toMatchObject({ glow: "good", text: "live" });
    expect(connectionLight({ ...LINK, phase: "polling" }, NOW)).toMatchObject({ glow: "warn", text: "polling" });
    const offline = connectionLight({ ...LINK, phase: "offline", retryAt: NOW + 4_000 }, NOW);
    expect(offline).toMatchObject({ glow: "bad", text: "offline" });
    expect(offline.hint).toContain("4\u202fs");
  });

  it("grow old with the price", () => {
    expect(priceLight(new Date(NOW - 3_000).toISOString(), NOW).glow).toBe("good");
    expect(priceLight(new Date(NOW - 90_000).toISOString(), NOW).glow).toBe("warn");
  });
});
