import { expect, test } from "vitest";

import type { Connections } from "../src/connection/api";
import { clientsOf } from "../src/tools/system/clientsOf";

/** Webs that a proxy asks in turn. */
function inTurn(...webs: string[]): { list: () => Promise<Connections>; asked: () => number } {
  let asked = 0;
  const list = (): Promise<Connections> => Promise.resolve({ process: webs[asked++ % webs.length] ?? "", items: [], next: null });
  return { list, asked: () => asked };
}

test("with several webs the clients are those of the web whose figures are shown", async () => {
  const two = inTurn("other", "here");
  expect((await clientsOf("here", two.list)).process).toBe("here");
  expect(two.asked()).toBe(2);
});

test("one web is asked once, and one that never answers is given up", async () => {
  const one = inTurn("here");
  await clientsOf("here", one.list);
  await clientsOf(undefined, one.list);
  expect(one.asked()).toBe(2);
  const gone = inTurn("other");
  expect((await clientsOf("here", gone.list)).process).toBe("other");
  expect(gone.asked()).toBe(4);
});
