/** The dry run: what the desk would make of an alert, step by step, with settings of its source that are not saved yet. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { isRecord } from "../../connection/envelope";
import { ApiError, call } from "../../connection/http";
import type { Reason, SignalRow } from "../../events";
import { number, readReasons, readRow, text } from "../../state/read";
import type { Mapping } from "./sources";

/** An alert: pasted, or a stored one by its number. */
export type Subject = { body: string } | { seq: number };

export interface Step {
  step: string;
  result: string;
  ms: number | null;
  detail: Readonly<Record<string, unknown>>;
}

export interface Refusal {
  code: string;
  message: string;
  hint: string;
}

export interface Explained {
  ok: boolean;
  steps: readonly Step[];
  rows: readonly SignalRow[];
  error: Refusal | null;
}

export interface Field {
  path: string;
  value: string;
  /** Our field that it was read as; null when nobody understood it. */
  readAs: string | null;
}

export interface Fields {
  /** The alert's text without its secrets. */
  text: string;
  source: string;
  fields: readonly Field[];
  error: Refusal | null;
  ours: readonly string[];
}

const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function readRefusal(value: unknown): Refusal | null {
  return isRecord(value) ? { code: text(value, "code") ?? "", message: text(value, "message") ?? "", hint: text(value, "hint") ?? "" } : null;
}

function readExplained(answer: unknown): Explained {
  if (!isRecord(answer)) throw new TypeError("the answer explains nothing");
  return {
    ok: answer["ok"] === true,
    steps: records(answer["steps"]).map((one) => ({
      step: text(one, "step") ?? "",
      result: text(one, "result") ?? "",
      ms: number(one, "ms"),
      detail: isRecord(one["detail"]) ? one["detail"] : {},
    })),
    rows: records(answer["signals"]).flatMap((one) => readRow(one, null) ?? []),
    error: readRefusal(answer["error"]),
  };
}

/** A value as it may be pointed at: text as it is, all else as JSON. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readFields(answer: unknown): Fields {
  if (!isRecord(answer)) throw new TypeError("the answer holds no fields");
  const [first] = records(answer["alerts"]);
  return {
    text: text(answer, "text") ?? "",
    source: text(answer, "source") ?? "",
    fields: records(first?.["fields"]).map((one) => ({ path: text(one, "path") ?? "", value: shown(one["value"]), readAs: text(one, "read_as") })),
    error: readRefusal(first?.["error"]),
    ours: (Array.isArray(answer["ours"]) ? answer["ours"] : []).filter((one) => typeof one === "string"),
  };
}

function request(subject: Subject, source: string | null, mapping: Mapping | null): string {
  return JSON.stringify({ ...subject, ...(source === null ? {} : { source }), ...(mapping === null ? {} : { settings: { mapping } }) });
}

function useAnswer<T>(name: string, path: string, subject: Subject | null, source: string | null, mapping: Mapping | null, read: (answer: unknown) => T) {
  const body = subject === null ? "" : request(subject, source, mapping);
  return useQuery({
    queryKey: [name, body],
    enabled: subject !== null && ("seq" in subject || subject.body.trim() !== ""),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    retry: (count, error) => count < 2 && !(error instanceof ApiError),
    queryFn: async ({ signal }) => read(await call(path, { method: "POST", body, headers: { "Content-Type": "application/json" }, signal })),
  });
}

export function useExplained(subject: Subject | null, source: string | null, mapping: Mapping | null) {
  return useAnswer("explained", "/api/test-alert/proposed", subject, source, mapping, readExplained);
}

export function useFields(subject: Subject | null, source: string | null, mapping: Mapping | null) {
  return useAnswer("alert-fields", "/api/alert-fields", subject, source, mapping, readFields);
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

export function reasonsOf(step: Step): Reason[] {
  return readReasons(step.detail["reasons"]);
}
