/** What moved the model's probability, feature by feature, and whose word it is. */

import type { SignalRow } from "../../events";
import { useDesk } from "../../state/desk";
import { exactPercent, signed } from "../../state/format";
import { featureValue, featureWords } from "./features";

const SHOWN = 8;

export function Contributions({ row }: { row: SignalRow }) {
  const model = useDesk((desk) => desk.model);
  if (row.probability === null) return null;
  const all = [...(row.contributions ?? [])].sort((a, b) => Math.abs(b.log_odds) - Math.abs(a.log_odds)).slice(0, SHOWN);
  const widest = Math.max(0.01, ...all.map((one) => Math.abs(one.log_odds)));
  const starter = model !== null && model.starter && (model.id === null || model.id === row.model_id);
  return (
    <div>
      <h2 className="label mb-1">What the model says</h2>
      <p>
        <span className="figure text-model">{exactPercent(row.probability)}</span>
        {row.probability_low !== null && <span className="text-muted"> · lower bound {exactPercent(row.probability_low)}</span>}
        {starter && <span className="ml-2 rounded border border-warn px-1.5 text-[11px] text-warn">starter: not for trading</span>}
      </p>
      {row.model_id !== null && (
        <p className="figure truncate text-[11px] text-faint" title={row.model_id}>
          {row.model_id}
          {model?.n !== null && model?.id === row.model_id && ` · ${model.n} samples`}
        </p>
      )}
      {all.length > 0 && (
        <table className="mt-2 w-full">
          <caption className="sr-only">Contributions in log-odds, strongest first</caption>
          <thead className="sr-only">
            <tr>
              <th>Feature</th>
              <th>Value</th>
              <th>Direction</th>
              <th>Log-odds</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.feature} className="h-6">
                <td className="w-[38%] max-w-0 truncate text-muted" title={one.feature}>
                  {featureWords(one.feature)}
                </td>
                <td className="figure w-16 pr-3 text-right text-faint">{featureValue(one.feature, one.value)}</td>
                <td>
                  <span className="sr-only">{one.log_odds >= 0 ? "raises" : "lowers"}</span>
                  <Bar share={one.log_odds / widest} />
                </td>
                <td className="figure w-14 text-right text-muted">{signed(one.log_odds, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** Right of the middle raises the probability, left lowers it; one colour, because both are what the model says. */
function Bar({ share }: { share: number }) {
  const width = `${Math.abs(share) * 50}%`;
  return (
    <span aria-hidden className="relative block h-1.5">
      <span className="absolute inset-y-[-3px] left-1/2 w-px bg-line" />
      <span
        className={`absolute inset-y-0 ${share >= 0 ? "rounded-r-full bg-model" : "rounded-l-full bg-model/50"}`}
        style={share >= 0 ? { left: "50%", width } : { right: "50%", width }}
      />
    </span>
  );
}
