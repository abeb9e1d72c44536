/** The next step on an empty desk: where alerts go, what to paste, and a test that really travels. */

import { X } from "lucide-react";
import type { ReactNode } from "react";

import { CopyField } from "../../components/CopyField";
import { Problem } from "../../components/Problem";
import { AddressNotice } from "../../components/signal/AddressNotice";
import { useSetup } from "../../components/signal/setup";
import { TestAlert } from "../../components/signal/TestAlert";

export function Onboarding({ onClose }: { onClose: (() => void) | null }) {
  const setup = useSetup();
  return (
    <section aria-labelledby="setup-title" className="mx-auto w-full max-w-[860px] px-4 py-6">
      <div className="flex items-start justify-between gap-4">
        <div>
          <h2 id="setup-title" className="text-[20px] font-semibold tracking-tight">
            {onClose === null ? "Waiting for the first alert" : "Connect TradingView"}
          </h2>
          <p className="mt-1 text-muted">Each alert appears here at once: scored, sized and explained.</p>
        </div>
        {onClose !== null && (
          <button type="button" className="quiet" onClick={onClose}>
            <X size={14} aria-hidden />
            Close
          </button>
        )}
      </div>
      {setup.isError && <Problem what="The set-up could not be loaded." error={setup.error} onRetry={() => void setup.refetch()} />}
      {setup.isSuccess && setup.data === null && <p className="mt-4 text-muted">Your access may not see the webhook’s address. Ask whoever runs this desk.</p>}
      {setup.data && (
        <ol className="mt-5 space-y-5">
          <Item n={1} title="See one arrive now">
            <TestAlert webhook={setup.data.url} />
          </Item>
          <Item n={2} title="In TradingView, open the alert’s Notifications, tick Webhook URL and paste">
            <AddressNotice />
            <CopyField label="Webhook URL" text={setup.data.url} />
          </Item>
          <Item n={3} title="Paste this as the alert’s message">
            <CopyField label="Message" text={setup.data.template} />
          </Item>
          <Item n={4} title="Or send one from a terminal">
            <CopyField label="Command" text={setup.data.curl} />
          </Item>
        </ol>
      )}
    </section>
  );
}

function Item({ n, title, children }: { n: number; title: string; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] max-[719px]:grid-cols-1 max-[719px]:gap-1">
      <span className="figure pt-0.5 text-faint">{n}</span>
      <div className="min-w-0 space-y-2">
        <p>{title}</p>
        {children}
      </div>
    </li>
  );
}
