/** How the model's scores are spread, and what became of them in each band of confidence. */

import type { ScoreBand, ScoreBin, Summary } from "../../connection/api";
import { Card } from "../../components/Card";
import { Histogram } from "../../components/charts/Histogram";
import { Empty } from "../../components/States";
import { useHighConfidence } from "../../state/chosen";
import { percent, quantity, rMultiple } from "../../state/format";

/** Without the empty ranges at both ends, but with the threshold and a little room around. */
export function within(bins: readonly ScoreBin[], threshold: number): readonly ScoreBin[] {
  const wanted = bins.flatMap((one, index) => (one.n > 0 || (one.low <= threshold && threshold < one.high) ? [index] : []));
  return bins.slice(Math.max(0, Math.min(...wanted) - 1), Math.max(...wanted) + 2);
}

export function Spread({ summary, stale }: { summary: Summary | undefined; stale: boolean }) {
  const { probability } = useHighConfidence();
  const scored = summary?.scored ?? 0;
  const bins = within(summary?.distribution ?? [], probability).map((one) => ({ from: one.low, to: one.high, count: one.n, marked: one.taken }));
  return (
    <Card title="Scores" stale={stale} note={scored > 0 ? `${summary?.limited ? "the newest " : ""}${quantity(scored)} in 30 days` : undefined}>
      {/* Kept as high as when it is full: nothing below may jump. */}
      <div className="min-h-[112px]">
      {scored === 0 ? (
        <Empty title="No scores yet.">The probabilities of your entries will be spread out here.</Empty>
      ) : (
        <Histogram label="Spread of scores" bins={bins} format={percent} mark={{ at: probability, name: "high confidence from" }} markedName="sized" height={88} />
      )}
      </div>
    </Card>
  );
}

export function Bands({ bands, stale }: { bands: readonly ScoreBand[]; stale: boolean }) {
  const shown = bands.filter((one) => one.n > 0).reverse();
  return (
    <Card title="By confidence" stale={stale} note="verdicts and outcomes">
      <div className="min-h-24">
      {shown.length === 0 ? (
        <Empty title="Nothing to compare yet.">Verdicts and outcomes gather here by band of probability.</Empty>
      ) : (
        <table className="w-full">
          <caption className="sr-only">Verdicts and outcomes by band of probability</caption>
          <thead>
            <tr className="h-6 text-right">
              <th scope="col" className="label text-left font-normal">
                Band
              </th>
              <th scope="col" className="label font-normal" title="Sized: take or reduce">
                Sized
              </th>
              <th scope="col" className="label font-normal">
                Skip
              </th>
              <th scope="col" className="label font-normal" title="Closed trades that won, of those closed">
                Won
              </th>
              <th scope="col" className="label font-normal" title="Mean outcome in multiples of the risk">
                Mean
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Band key={one.low} band={one} />
            ))}
          </tbody>
        </table>
      )}
      </div>
    </Card>
  );
}

function Band({ band }: { band: ScoreBand }) {
  const { mean_r: mean, verdicts } = band;
  const sized = (verdicts["take"] ?? 0) + (verdicts["reduce"] ?? 0);
  return (
    <tr className="figure h-6 text-right">
      <th scope="row" className="text-left font-normal text-model">
        {Math.round(band.low * 100)}–{percent(band.high)}
      </th>
      <td>{quantity(sized)}</td>
      <td className="text-muted">{quantity(band.n - sized)}</td>
      <td title={`${band.closed} closed`}>{band.closed === 0 ? <span className="text-faint">–</span> : `${band.won}/${band.closed}`}</td>
      <td className={mean === null ? "text-faint" : mean >= 0 ? "text-gain" : "text-loss"}>
        {mean !== null && <span aria-hidden>{mean >= 0 ? "▲ " : "▼ "}</span>}
        {rMultiple(mean)}
      </td>
    </tr>
  );
}
