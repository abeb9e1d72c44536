/** Asks again for what a fact has changed: at once, and then not more often than figures can be read. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";

import type { Envelope } from "../connection/envelope";
import { useDesk } from "./desk";
import { onFact } from "./follow";

/** For lists that a flood may change. */
const PAUSE_MS = 500;
/** For what people set: the next change must be seen as soon as the first. */
export const SOON_MS = 50;

/** Queries whose key begins with `name` are asked again when a fact (or a new snapshot) says that they may have changed. */
export function useRefresh(name: string, concerns: (envelope: Envelope) => boolean, pauseMs = PAUSE_MS): void {
  const client = useQueryClient();
  const generation = useDesk((desk) => desk.generation);
  const isConcerned = useEffectEvent(concerns);
  const asked = useRef(generation);
  useEffect(() => {
    if (generation !== asked.current) void client.invalidateQueries({ queryKey: [name] });
    asked.current = generation;
  }, [client, name, generation]);
  useEffect(() => {
    let asking = false;
    let again = false;
    let stopped = false;
    // One question at a time: what a fact changed while an answer was on its way is asked for after it.
    const ask = (): void => {
      asking = true;
      again = false;
      const answered = client.invalidateQueries({ queryKey: [name] });
      void Promise.all([answered, new Promise((done) => setTimeout(done, pauseMs))]).then(() => {
        asking = false;
        if (again && !stopped) ask();
      });
    };
    const stop = onFact((envelope) => {
      if (!isConcerned(envelope)) return;
      if (asking) again = true;
      else ask();
    });
    return () => {
      stopped = true;
      stop();
    };
  }, [client, name, pauseMs]);
}
