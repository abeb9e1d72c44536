/** The three freshness lights: what is on the screen can be believed as far as they say. */

import { CandlestickChart, Webhook, type LucideIcon } from "lucide-react";

import { useDesk } from "../state/desk";
import { connectionLight, priceLight, webhookLight, type Light } from "../state/freshness";
import { useNow } from "../state/now";
import { Lamp } from "./Lamp";

/** What stands for the light's name where there is no room for it. */
const SIGNS: Partial<Record<Light["name"], LucideIcon>> = { webhook: Webhook, price: CandlestickChart };

function One({ light }: { light: Light }) {
  const Sign = SIGNS[light.name];
  return (
    <li className="flex items-center gap-1.5" title={light.hint} data-light={light.name} data-glow={light.glow}>
      <Lamp glow={light.glow} />
      <span className={`whitespace-nowrap tabular-nums ${light.glow === "bad" ? "text-error" : light.glow === "warn" ? "text-warn" : "text-muted"}`}>
        {Sign ? (
          <>
            <Sign size={12} aria-hidden className="mr-1 hidden align-[-1px] max-[419px]:inline" />
            <span className="max-[419px]:sr-only">{light.name}</span>
            {light.text.slice(light.name.length)}
          </>
        ) : (
          light.text
        )}
      </span>
    </li>
  );
}

export function Lights() {
  const now = useNow();
  const link = useDesk((desk) => desk.link);
  const sources = useDesk((desk) => desk.sources);
  const lastPriceAt = useDesk((desk) => desk.lastPriceAt);
  return (
    <ul className="flex items-center gap-3 max-[719px]:gap-2.5 max-[419px]:gap-2" aria-label="Freshness">
      <One light={connectionLight(link, now)} />
      <One light={webhookLight(sources.values(), now)} />
      <One light={priceLight(lastPriceAt, now)} />
    </ul>
  );
}

/** Tells a screen reader when the connection changes, and only then. */
export function ConnectionVoice() {
  const phase = useDesk((desk) => desk.link.phase);
  return (
    <p role="status" className="sr-only">
      Connection: {phase}
    </p>
  );
}
