/** Keys that work everywhere: Ctrl/Cmd-K always, single keys and `g` jumps unless switched off or while typing. */

import { useEffect, useEffectEvent } from "react";

import { allCommands } from "../state/commands";
import { preferences } from "../state/preferences";

/** How long a first key waits for its second. */
const SEQUENCE_MS = 1_000;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}

function inOverlay(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}

export function useHotkeys(togglePalette: () => void): void {
  const toggle = useEffectEvent(togglePalette);
  useEffect(() => {
    let first = "";
    let firstAt = 0;
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        toggle();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || inOverlay()) return;
      if (!preferences.getState().shortcuts) return;
      const pending = event.timeStamp - firstAt < SEQUENCE_MS ? first : "";
      const typed = pending === "" ? event.key : `${pending} ${event.key}`;
      const command = allCommands().find((one) => one.keys === typed);
      first = command === undefined && pending === "" ? event.key : "";
      firstAt = event.timeStamp;
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
