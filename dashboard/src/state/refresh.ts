/** Asks again for what a fact has changed: at once, and then not more often than figures can be read. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";

import type { Envelope } from "../connection/envelope";
import { useDesk } from "./desk";
import { onFact } from "./follow";

const PAUSE_MS = 500;

/** Queries whose key begins with `name` are asked again when a fact (or a new snapshot) says that they may have changed. */
export function useRefresh(name: string, concerns: (envelope: Envelope) => boolean): void {
  const client = useQueryClient();
  const generation = useDesk((desk) => desk.generation);
  const isConcerned = useEffectEvent(concerns);
  const asked = useRef(generation);
  useEffect(() => {
    if (generation !== asked.current) void client.invalidateQueries({ queryKey: [name] });
    asked.current = generation;
  }, [client, name, generation]);
  useEffect(() => {
    let pause: ReturnType<typeof setTimeout> | undefined;
    let again = false;
    const ask = (): void => {
      again = false;
      void client.invalidateQueries({ queryKey: [name] });
      pause = setTimeout(() => {
        pause = undefined;
        if (again) ask();
      }, PAUSE_MS);
    };
    const stop = onFact((envelope) => {
      if (!isConcerned(envelope)) return;
      if (pause === undefined) ask();
      else again = true;
    });
    return () => {
      clearTimeout(pause);
      stop();
    };
  }, [client, name]);
}
