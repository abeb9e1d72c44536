/** What the ML hub asks the server: the models with their cards, what the one in use said lately, and the models' events. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { ask } from "../../connection/ask";
import { useDesk } from "../../state/desk";
import { onFact } from "../../state/follow";

/** Scores are counted again at most so often, however many signals arrive. */
const RECOUNT_MS = 5_000;
const EVENTS = "20";

/** Asks again when one of these facts came, at most once in `pauseMs`; and after every snapshot. */
function useRenewal(key: string, types: readonly string[], pauseMs: number): void {
  const client = useQueryClient();
  const generation = useDesk((desk) => desk.generation);
  useEffect(() => {
    if (generation > 1) void client.invalidateQueries({ queryKey: [key] });
  }, [client, key, generation]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onFact((envelope) => {
      if (!types.includes(envelope.type)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: [key] });
      }, pauseMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, key, types, pauseMs]);
}

const MODEL_FACTS = ["ml_model_update"];
const SIGNAL_FACTS = ["signal_update"];

export function useModels() {
  useRenewal("models", MODEL_FACTS, 0);
  return useQuery({ queryKey: ["models"], staleTime: Number.POSITIVE_INFINITY, queryFn: ({ signal }) => ask("GET /api/models", { signal }) });
}

export function useSummary() {
  useRenewal("summary", SIGNAL_FACTS, RECOUNT_MS);
  useRenewal("summary", MODEL_FACTS, 0);
  return useQuery({ queryKey: ["summary"], staleTime: Number.POSITIVE_INFINITY, queryFn: ({ signal }) => ask("GET /api/models/summary", { signal }) });
}

export function useModelEvents() {
  useRenewal("model-events", MODEL_FACTS, 0);
  return useQuery({
    queryKey: ["model-events"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => ask("GET /api/activity", { query: { types: "ml_model_update", limit: EVENTS }, signal }),
  });
}
