/** One person's look is the same in all their browsers, and never flashes back while it is saved. */

import { expect, test } from "vitest";

import { desk } from "../src/state/desk";
import { keepDisplay } from "../src/state/display";
import { prefer, preferences } from "../src/state/preferences";

const saved: { value: unknown; done: () => void }[] = [];
keepDisplay((_key, value) => new Promise<void>((done) => saved.push({ value, done })));

function told(display: unknown): void {
  desk.setState((now) => ({ chosen: new Map([...now.chosen, ["display", display]]) }));
}

test("what was chosen in another browser is shown here, and not saved again", () => {
  told({ theme: "light", palette: "red-up", clock: "utc", density: "comfortable", shortcuts: false });
  expect(preferences.getState()).toMatchObject({ theme: "light", palette: "red-up", clock: "utc", density: "comfortable", shortcuts: false });
  expect(saved).toHaveLength(0);
});

test("a choice made here is saved whole, and an older echo does not flash meanwhile", async () => {
  prefer({ theme: "dark" });
  expect(saved.at(-1)?.value).toEqual({ theme: "dark", palette: "red-up", clock: "utc", density: "comfortable", shortcuts: false });
  told({ theme: "light", palette: "red-up", clock: "utc", density: "comfortable", shortcuts: false });
  expect(preferences.getState().theme).toBe("dark");
  saved.at(-1)?.done();
  await new Promise((resolve) => setTimeout(resolve));
  told({ theme: "light" });
  expect(preferences.getState().theme).toBe("light");
});

test("sound stays with the browser", async () => {
  prefer({ sound: true });
  expect(saved.at(-1)?.value).not.toHaveProperty("sound");
  saved.at(-1)?.done();
  await new Promise((resolve) => setTimeout(resolve));
  told({ theme: "dark", sound: false });
  expect(preferences.getState().sound).toBe(true);
});

test("a value that nobody here knows is the default", async () => {
  await new Promise((resolve) => setTimeout(resolve));
  told({ theme: "pink", clock: 5 });
  expect([preferences.getState().theme, preferences.getState().clock]).toEqual(["dark", "exchange"]);
});
