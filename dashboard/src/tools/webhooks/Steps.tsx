/** The dry run's steps: parsed as, repaired how, understood as, scored, sized, and what would be done. */

import type { ReactNode } from "react";

import { Badge, type Tone } from "../../components/Badge";
import { Verdict } from "../../components/signal/cells";
import { VERDICT_MEANING } from "../../components/signal/words";
import type { DecideStep, Explained, UnderstandDetail } from "../../connection/api";
import type { SignalRow } from "../../events";
import { exactPercent, milliseconds, price, quantity, utc } from "../../state/format";
import type { Step } from "./explain";
import { reason } from "./words";

export function Steps({ explained, stale }: { explained: Explained; stale: boolean }) {
  const { steps, signals, error } = explained;
  return (
    <div aria-live="polite" className={stale ? "opacity-60" : ""} data-explained={explained.ok ? "ok" : "refused"}>
      <Outcome explained={explained} />
      <ol className="mt-4">
        {steps.map((step, index) => (
          // The same steps come in the same order, and several alerts repeat them.
          <Line key={`${index} ${step.step}`} step={step} last={index === steps.length - 1 && error === null} />
        ))}
        {error !== null && (
          <li className="grid grid-cols-[20px_minmax(0,1fr)]">
            <Mark tone="bad" last />
            <div className="pb-1">
              <p className="text-error">{error.message}</p>
              <p className="text-muted">{error.hint}</p>
            </div>
          </li>
        )}
      </ol>
      {signals.length > 1 && <p className="mt-2 text-faint">{signals.length} alerts in one body: each becomes a signal of its own.</p>}
    </div>
  );
}

function Outcome({ explained: { signal: row, error } }: { explained: Explained }) {
  if (error !== null)
    return (
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="text-[20px] font-semibold text-error">Refused</span>
        <code className="figure text-muted">{error.code}</code>
      </p>
    );
  if (row === null) return null;
  return (
    <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
      <span className="text-[20px] font-semibold">{headline(row)}</span>
      {row.kind === "entry" && (
        <span className="flex items-baseline gap-2" title={VERDICT_MEANING[row.verdict]}>
          <span className="text-muted">would</span>
          <span className="text-[16px]">
            <Verdict verdict={row.verdict} />
          </span>
          {row.quantity !== null && row.quantity > 0 && <span className="figure text-[16px]">{quantity(row.quantity)}</span>}
        </span>
      )}
    </div>
  );
}

function headline(row: SignalRow): string {
  if (row.kind === "info" && row.reasons.some((one) => one.code === "unrecognised")) return "Not understood";
  const what = row.kind === "entry" ? (row.side?.toUpperCase() ?? "Entry") : row.kind === "exit" ? "Exit" : row.kind === "info" ? "Information" : row.kind === "update" ? "Update" : "Heartbeat";
  return [what, row.symbol, row.price === null ? "" : `@ ${price(row.price)}`].filter(Boolean).join(" ");
}

const NAMES: Record<Step["step"], string> = { source: "Source", read: "Read as", understand: "Understood as", time: "Age", score: "Scored", decide: "Decided", "tell its entry": "Tells its entry" };

function toneOf(step: Step): Tone {
  if (step.step === "understand" && !step.detail.recognised) return "warn";
  if (step.step === "time" && step.result === "stale") return "warn";
  if (step.step === "score") return "model";
  if (step.step === "decide") return "accent";
  return "neutral";
}

const DOT: Record<Tone, string> = { neutral: "bg-faint", good: "bg-good", warn: "bg-warn", bad: "bg-error", accent: "bg-accent", model: "bg-model", unknown: "bg-faint" };

function Mark({ tone, last }: { tone: Tone; last: boolean }) {
  return (
    <span aria-hidden className="relative">
      {!last && <span className="absolute top-3 bottom-[-6px] left-[3px] w-px bg-line" />}
      <span className={`absolute top-1.5 left-0 size-[7px] rounded-full ${DOT[tone]}`} />
    </span>
  );
}

function Line({ step, last }: { step: Step; last: boolean }) {
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)]" data-step={step.step}>
      <Mark tone={toneOf(step)} last={last} />
      <div className="pb-3">
        <p className="flex items-baseline gap-3">
          <span className="w-28 shrink-0 text-muted">{NAMES[step.step]}</span>
          <span className="min-w-0 flex-1">{resultOf(step)}</span>
          {step.ms !== null && <span className="figure text-faint">{milliseconds(step.ms)}</span>}
        </p>
        <Details step={step} />
      </div>
    </li>
  );
}

function resultOf(step: Step): ReactNode {
  switch (step.step) {
    case "understand":
      return step.detail.recognised ? step.result : <span className="text-warn">nothing we know: teach its fields</span>;
    case "score": {
      const { probability, probability_low: low, starter } = step.detail;
      if (probability === null) return <span className="text-warn">{reason(step.result)}</span>;
      return (
        <>
          <span className="text-model">{exactPercent(probability)}</span>
          {low !== null && <span className="text-muted"> · lower bound {exactPercent(low)}</span>}
          {starter && <span className="text-warn"> · starter: not for trading</span>}
        </>
      );
    }
    case "time": {
      const { sent_at: sent, lag_ms: lag } = step.detail;
      return (
        <>
          {step.result}
          {sent !== null && <span className="figure ml-2 text-muted" title={utc(sent)}>{sent.slice(0, 19).replace("T", " ")}</span>}
          {lag !== null && <span className="text-muted"> · {milliseconds(Math.abs(lag))} {lag < 0 ? "ahead" : "old"}</span>}
        </>
      );
    }
    case "read":
    case "decide":
      return <span className="font-semibold">{reason(step.result)}</span>;
    default:
      return reason(step.result);
  }
}

const FACTS = ["side", "intent", "symbol", "exchange", "price", "stop", "targets", "interval", "trade_ref"] as const;

function Details({ step }: { step: Step }) {
  if (step.step === "read" && step.detail.repairs.length > 0) {
    return (
      <p className="mt-1 flex flex-wrap gap-1 pl-31">
        {step.detail.repairs.map((one) => (
          <Badge key={one} tone="warn">
            repaired: {reason(one)}
          </Badge>
        ))}
      </p>
    );
  }
  if (step.step === "understand") return <Understood detail={step.detail} />;
  return step.step === "decide" ? <Reasons step={step} /> : null;
}

function Reasons({ step }: { step: DecideStep }) {
  return (
    <ul className="mt-1 space-y-0.5 pl-31 max-[719px]:pl-0">
      {step.detail.reasons.map((one, index) => (
        <li key={`${one.code} ${index}`} className="flex gap-3 text-muted">
          <span className="min-w-0 flex-1">{one.text === "" ? reason(one.code) : one.text}</span>
          <code className="figure shrink-0 text-[11px] text-faint">{one.code}</code>
        </li>
      ))}
    </ul>
  );
}

function Understood({ detail }: { detail: UnderstandDetail }) {
  const known = FACTS.flatMap((name) => {
    const value = detail[name];
    if (value === null || (Array.isArray(value) && value.length === 0)) return [];
    const told = Array.isArray(value) ? value.map(price).join(" / ") : typeof value === "number" ? price(value) : value;
    return [[name, told] as const];
  });
  const features = Object.keys(detail.features).length;
  return (
    <dl className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 pl-31 max-[719px]:pl-0">
      {known.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-faint">{reason(name)}</dt>
          <dd className="figure">{value}</dd>
        </div>
      ))}
      {features > 0 && (
        <div className="flex gap-1.5">
          <dt className="text-faint">features for the model</dt>
          <dd className="figure">{features}</dd>
        </div>
      )}
    </dl>
  );
}
