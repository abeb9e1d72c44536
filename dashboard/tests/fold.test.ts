import { describe, expect, it } from "vitest";

import { childrenNow, type SignalItem } from "../src/state/desk";
import { foldSnapshot, RING } from "../src/state/fold";
import { fact, passing } from "./fakes";
import { after, fresh, raw, received, updated } from "./rows";

function only(map: ReadonlyMap<string, SignalItem>): SignalItem {
  const [first] = map.values();
  if (first === undefined || map.size !== 1) throw new Error(`${map.size} signals`);
  return first;
}

describe("the picture", () => {
  it("takes a signal in with its journal number, and its verdict when that comes", () => {
    const arrived = after(fresh, received("a", 7));
    expect(only(arrived.signals)).toMatchObject({ id: "a", seq: 7, verdict: "none", status: "received" });
    const decided = after(arrived, updated("a", 7, 8, { verdict: "take", quantity: 2, status: "open" }));
    expect(only(decided.signals)).toMatchObject({ seq: 7, verdict: "take", quantity: 2 });
  });

  it("lets an edge glow for what arrives, not for what changes", () => {
    const arrived = after(fresh, received("a", 7));
    expect([...arrived.arrived.keys()]).toEqual(["a"]);
    expect(after(fresh, updated("b", 3, 9)).arrived.size).toBe(0);
  });

  it("folds updates and exits into their entry, each once", () => {
    const entry = after(fresh, received("a", 1));
    const change = { parent_id: "a", kind: "exit", status: "recorded" };
    const folded = after(entry, received("x", 2, { kind: "exit" }), updated("x", 2, 3, change), updated("x", 2, 4, change));
    const shown = only(folded.signals);
    expect(childrenNow(shown, folded.childFacts.get("a"))).toMatchObject({ updates: 0, exits: 1 });
  });

  it("does not count a child that the server has counted already", () => {
    const last = raw("x", 5)["received_at"];
    const snapshot = { epoch: "e1", seq: 6, signals: [{ ...raw("a", 1), children: { updates: 2, exits: 0, last_at: last } }] };
    const before = { ...fresh, ...foldSnapshot(fresh, snapshot) };
    const told = after(before, updated("x", 5, 7, { parent_id: "a", kind: "update" }), updated("y", 8, 9, { parent_id: "a", kind: "update" }));
    expect(childrenNow(only(told.signals), told.childFacts.get("a"))).toMatchObject({ updates: 3 });
  });

  it("keeps the newest signals and lets the oldest go", () => {
    const many = Array.from({ length: RING + 5 }, (_, n) => received(`s${n}`, n + 1));
    const full = after(fresh, ...many);
    expect(full.signals.size).toBe(RING);
    expect(full.signals.has("s0")).toBe(false);
    expect(full.signals.has(`s${RING + 4}`)).toBe(true);
  });

  it("replaces everything with a snapshot, and says so to the pages of history", () => {
    const before = after(fresh, received("a", 7));
    const now = { ...before, ...foldSnapshot(before, { epoch: "e2", seq: 1, signals: [raw("b", 1)], model: { id: "m", starter: true } }) };
    expect([...now.signals.keys()]).toEqual(["b"]);
    expect(now.generation).toBe(before.generation + 1);
    expect(now.model?.starter).toBe(true);
  });

  it("leaves what it does not touch as it was, so that nothing else is drawn again", () => {
    const before = after(fresh, received("a", 7));
    const now = after(before, passing("webhook_health_update", { source: "tradingview", status: "live", last_at: null, count: 1 }));
    expect(now.signals).toBe(before.signals);
    expect(now.sources.get("tradingview")?.status).toBe("live");
  });
});

describe("what people set and what runs", () => {
  it("follows settings from the snapshot on, and lets go of what was set back", () => {
    const begun = { ...fresh, ...foldSnapshot(fresh, { epoch: "e1", seq: 1, settings: { chosen: { high_confidence: { notify: false } } } }) };
    expect(begun.chosen.get("high_confidence")).toEqual({ notify: false });
    const set = after(begun, fact(2, "settings_update", { name: "activity_presets", after: { presets: [] } }));
    expect([...set.chosen.keys()]).toEqual(["high_confidence", "activity_presets"]);
    expect([...after(set, fact(3, "settings_update", { name: "high_confidence", after: null })).chosen.keys()]).toEqual(["activity_presets"]);
  });

  it("keeps each script's last word and each job's progress", () => {
    const told = after(
      fresh,
      passing("publisher_update", { source: "scanner", active: true, last_at: "2026-01-07T14:31:45.000Z", count: 3 }),
      passing("job_progress", { job: "j1", name: "Backfill", done: 5, total: 10, state: "running", can_cancel: true }),
      passing("job_progress", { job: "j1", name: "Backfill", done: 10, total: 10, state: "done" }),
    );
    expect(told.publishers.get("scanner")).toMatchObject({ active: true, count: 3, activity: null });
    expect(told.jobs.get("j1")).toMatchObject({ done: 10, state: "done", can_cancel: false, error: null });
  });
});
