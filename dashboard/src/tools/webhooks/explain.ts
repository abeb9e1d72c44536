/** The dry run: what the desk would make of an alert, step by step, with settings of its source that are not saved yet. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Explained } from "../../connection/api";
import { ask } from "../../connection/ask";
import { ApiError } from "../../connection/http";
import type { Mapping } from "./sources";

/** An alert: pasted, or a stored one by its number. */
export type Subject = { body: string } | { seq: number };

export type Step = Explained["steps"][number];

interface Asked {
  body?: string;
  seq?: number;
  source?: string;
  settings?: { mapping: Mapping };
}

function useAnswer<T>(name: string, subject: Subject | null, source: string | null, mapping: Mapping | null, answer: (body: Asked, signal: AbortSignal) => Promise<T>) {
  const asked: Asked = { ...subject, ...(source === null ? {} : { source }), ...(mapping === null ? {} : { settings: { mapping } }) };
  return useQuery({
    queryKey: [name, asked],
    enabled: subject !== null && ("seq" in subject || subject.body.trim() !== ""),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    retry: (count, error) => count < 2 && !(error instanceof ApiError),
    queryFn: ({ signal }) => answer(asked, signal),
  });
}

export function useExplained(subject: Subject | null, source: string | null, mapping: Mapping | null) {
  return useAnswer("explained", subject, source, mapping, (body, signal) => ask("POST /api/test-alert/proposed", { body, signal }));
}

export function useFields(subject: Subject | null, source: string | null, mapping: Mapping | null) {
  return useAnswer("alert-fields", subject, source, mapping, (body, signal) => ask("POST /api/alert-fields", { body, signal }));
}

/** What was typed, once the typing pauses. */
export function useSettled(value: string, ms = 300): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
