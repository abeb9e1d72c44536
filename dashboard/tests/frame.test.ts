import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Frame } from "../src/state/frame";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a frame", () => {
  it("commits a burst once, in order", () => {
    const commits: number[][] = [];
    const frame = new Frame<number>((items) => commits.push([...items]));
    for (let n = 0; n < 100; n++) frame.add(n);
    expect(commits).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(commits.length).toBe(1);
    expect(commits[0]?.length).toBe(100);
  });

  it("goes on in a hidden tab, where no frames come", () => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    vi.stubGlobal("requestAnimationFrame", () => 0);
    const commits: number[][] = [];
    const frame = new Frame<number>((items) => commits.push([...items]));
    frame.add(1);
    vi.advanceTimersByTime(1_000);
    expect(commits).toEqual([[1]]);
    vi.unstubAllGlobals();
  });

  it("commits what waits before it is replaced", () => {
    const commits: number[][] = [];
    const frame = new Frame<number>((items) => commits.push([...items]));
    frame.add(1);
    frame.flush();
    frame.flush();
    expect(commits).toEqual([[1]]);
  });
});
