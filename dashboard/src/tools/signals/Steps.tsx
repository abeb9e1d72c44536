/** The steps of a journey down one line, with updates and exits folded in where they happened. */

import { Fragment } from "react";

import { Time } from "../../components/Time";
import type { JourneyStep, WholeSignal } from "../../connection/api";
import type { SignalRow } from "../../events";
import { milliseconds, price, rMultiple } from "../../state/format";

const FOLDED = new Set(["update", "exit"]);

type Step = Pick<JourneyStep, "at" | "step" | "text" | "ms">;

interface Line extends Step {
  figures: string;
}

function ofChild(child: SignalRow): Line {
  const figures = [
    child.price === null ? "" : `at ${price(child.price)}`,
    child.outcome_r === null ? "" : rMultiple(child.outcome_r),
    child.mfe_r === null ? "" : `MFE ${rMultiple(child.mfe_r)}`,
    child.mae_r === null ? "" : `MAE ${rMultiple(child.mae_r)}`,
  ];
  const words = child.reasons[0]?.text ?? (child.intent === null ? "" : child.intent);
  return { at: child.received_at, step: child.kind, text: words, ms: null, figures: figures.filter(Boolean).join(" · ") };
}

/** The reasons stand beside the steps, with their codes; a step need not repeat them all. */
function brief(text: string, row: SignalRow): string {
  const reasons = row.reasons.map((one) => one.text).join(" ");
  return reasons === "" ? text : text.replace(reasons, "").trim();
}

/** When the server tells no steps of its own, the row still knows these. */
function ofRow(row: SignalRow): Step[] {
  return [{ at: row.received_at, step: "received", text: `from ${row.source}`, ms: null }];
}

export function Steps({ row, whole }: { row: SignalRow; whole: WholeSignal | null }) {
  const steps = whole !== null && whole.journey.length > 0 ? whole.journey : ofRow(row);
  const children = (whole?.children ?? []).map(ofChild);
  // Where the children's rows are at hand they say more than the server's sentence about them.
  const told = steps.filter((one) => children.length === 0 || !FOLDED.has(one.step)).map((one) => ({ ...one, text: brief(one.text, whole ?? row), figures: "" }));
  const lines: Line[] = [...told, ...children].sort((a, b) => a.at.localeCompare(b.at));
  return (
    <div>
      <h2 className="label mb-1">Journey</h2>
      <ol className="grid grid-flow-row-dense grid-cols-[auto_auto_minmax(0,1fr)_auto] gap-x-4 gap-y-1 max-[719px]:grid-cols-[auto_minmax(0,1fr)_auto]">
        {lines.map((line, index) => (
          <li key={`${line.step}-${index}`} className="contents">
            <span className="text-faint"><Time at={line.at} /></span>
            <span className={line.step === "exit" || line.step === "update" ? "text-accent" : "text-text"}>{line.step}</span>
            <span className="figure text-right text-faint min-[720px]:col-start-4">{line.ms === null ? "" : milliseconds(line.ms)}</span>
            <span className="text-muted max-[719px]:col-span-3 max-[719px]:mb-1.5 min-[720px]:col-start-3">
              {line.text}
              {line.figures !== "" && <span className="figure ml-2 text-text">{line.figures}</span>}
            </span>
          </li>
        ))}
      </ol>
      <Timings timings={row.timings} />
    </div>
  );
}

function Timings({ timings }: { timings: Record<string, number> }) {
  const known = Object.entries(timings);
  if (known.length === 0) return null;
  return (
    <p className="mt-2 text-faint">
      {known.map(([name, value], index) => (
        <Fragment key={name}>
          {index > 0 && " · "}
          {name.replace(/_ms$/, "").replaceAll("_", " ")} <span className="figure text-muted">{milliseconds(value)}</span>
        </Fragment>
      ))}
    </p>
  );
}
