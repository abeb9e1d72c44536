/** ML hub: what the model is, how far it can be believed, what it said last, and what was made of it. */

import { Card } from "../../components/Card";
import { Page } from "../../components/Page";
import { Problem } from "../../components/Problem";
import { Empty, Loading } from "../../components/States";
import type { ModelNow } from "../../connection/api";
import { isRecord } from "../../connection/envelope";
import { useDesk } from "../../state/desk";
import { useModelEvents, useModels, useSummary } from "./data";
import { Importance } from "./Importance";
import { ModelEvents } from "./ModelEvents";
import { ModelSummary } from "./ModelSummary";
import { Notices } from "./Notices";
import { Predictions } from "./Predictions";
import { ReliabilityChart } from "./ReliabilityChart";
import { Rules } from "./Rules";
import { Bands, Spread } from "./Spread";

export default function MlPage() {
  const stale = useDesk((desk) => desk.link.phase === "offline" || desk.link.phase === "ended");
  const models = useModels();
  const summary = useSummary();
  const events = useModelEvents();
  const model = models.data?.current;
  const card = models.data?.items.find((one) => one.id === model?.id)?.card ?? null;
  return (
    <Page title="ML hub">
      {model ? (
        <ModelSummary model={model} origin={origin(card)} stale={stale} />
      ) : (
        <Card title="Model in use">
          {models.isError ? <Problem what="The models could not be loaded." error={models.error} onRetry={() => void models.refetch()} /> : <Loading what="the model" height={96} />}
        </Card>
      )}
      <Predictions stale={stale} />
      <div data-span={4} className="grid grid-rows-[auto_1fr_auto] gap-3">
        <Spread summary={summary.data} stale={stale} />
        <Bands bands={summary.data?.bands ?? []} stale={stale} />
        <Notices />
        {summary.isError && <Problem what="The scores could not be counted." error={summary.error} onRetry={() => void summary.refetch()} />}
      </div>
      <Calibration model={model} />
      <Importance given={summary.data?.importance} strength={summary.data?.strength ?? []} features={model?.features ?? []} />
      <ModelEvents events={events.data} />
      <Rules rules={summary.data?.sizing} starter={model?.starter ?? true} />
    </Page>
  );
}

function Calibration({ model }: { model: ModelNow | undefined }) {
  const tenths = model?.figures?.reliability ?? [];
  return (
    <Card title="Calibration" span={4} note={model?.figures ? `n ${model.figures.n}, unseen` : undefined}>
      {tenths.length === 0 ? (
        <Empty title="This model’s card holds no calibration.">It is judged when a model is trained on this desk.</Empty>
      ) : (
        <ReliabilityChart tenths={tenths} baseRate={model?.base_rate ?? null} />
      )}
    </Card>
  );
}

/** What the model was made from, in a few words of its own card. */
function origin(card: Readonly<Record<string, unknown>> | null): string | null {
  const given = card?.["origin"];
  return isRecord(given) && typeof given["kind"] === "string" ? `from ${given["kind"]}` : null;
}
