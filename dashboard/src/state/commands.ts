/** What can be done by name or key: tools add their commands while they are shown; the palette and the help list them. */

import { useEffect } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

export interface Command {
  id: string;
  label: string;
  group: string;
  /** A key or a two-key sequence, such as `p` or `g s`. */
  keys?: string;
  run: () => void;
}

const commands = createStore<{ all: readonly Command[] }>(() => ({ all: [] }));

export function allCommands(): readonly Command[] {
  return commands.getState().all;
}

export function useCommandList(): readonly Command[] {
  return useStore(commands, (now) => now.all);
}

/** Offers commands while the calling component is mounted; pass a memoised list. */
export function useCommands(list: readonly Command[]): void {
  useEffect(() => {
    commands.setState((now) => ({ all: [...now.all, ...list] }));
    return () => commands.setState((now) => ({ all: now.all.filter((one) => !list.includes(one)) }));
  }, [list]);
}
