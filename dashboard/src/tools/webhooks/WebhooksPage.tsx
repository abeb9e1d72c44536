/** Webhook health: how alerts come in, how to connect, how an alert is read, and what was missed. */

import { useState } from "react";

import { Choose } from "../../components/Choose";
import { Page } from "../../components/Page";
import { Segmented } from "../../components/Segmented";
import { useDesk } from "../../state/desk";
import { go, usePath, useQueryText } from "../../state/location";
import { Backfill } from "./Backfill";
import { Connect } from "./Connect";
import { Health } from "./Health";
import { Try } from "./Try";

const VIEWS = [
  ["health", "Health"],
  ["connect", "Connect"],
  ["try", "Dry run"],
  ["backfill", "Backfill"],
] as const;
type View = (typeof VIEWS)[number][0];

const SPANS = [
  ["6", "6 h"],
  ["24", "1 d"],
  ["168", "7 d"],
] as const;

function show(view: View): void {
  go(view === "health" ? "/webhooks" : `/webhooks/${view}`);
}

export default function WebhooksPage() {
  const [, , named] = usePath().split("/");
  const view = VIEWS.find(([key]) => key === named)?.[0] ?? "health";
  const query = new URLSearchParams(useQueryText());
  const only = query.get("source") ?? "";
  const seq = Number(query.get("seq") ?? "");
  const [hours, setHours] = useState<(typeof SPANS)[number][0]>("24");
  const health = useDesk((desk) => desk.sources);
  return (
    <Page
      title="Webhook health"
      controls={<Segmented label="View" value={view} options={VIEWS} onChoose={show} />}
      actions={
        view === "health" && (
          <>
            {health.size > 1 && <Choose label="Every source" value={only} options={[...health.keys()]} onChoose={(source) => go(`/webhooks${source === "" ? "" : `?source=${encodeURIComponent(source)}`}`, { replace: true })} />}
            <Segmented label="Span of the states" value={hours} options={SPANS} onChoose={setHours} />
          </>
        )
      }
    >
      {view === "health" && <Health hours={Number(hours)} only={only} />}
      {view === "connect" && <Connect />}
      {view === "try" && <Try key={seq} seq={Number.isInteger(seq) && seq > 0 ? seq : null} onPaste={() => go("/webhooks/try", { replace: true })} />}
      {view === "backfill" && <Backfill />}
    </Page>
  );
}
