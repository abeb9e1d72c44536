/** Where a source's alerts go: the address with its secret, shown on request, and a new one where it got about. */

import { Eye, EyeOff, Plus, RefreshCw } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { Card } from "../../components/Card";
import { Choose } from "../../components/Choose";
import { Confirm } from "../../components/Confirm";
import { CopyButton } from "../../components/CopyButton";
import { Problem } from "../../components/Problem";
import { AddressNotice } from "../../components/signal/AddressNotice";
import { Loading } from "../../components/States";
import type { Source } from "../../connection/api";
import { ApiError } from "../../connection/http";
import { toast } from "../../state/toasts";
import { masked, rotateToken, saveSource, useSources } from "./sources";

function tell(title: string, error: unknown): void {
  toast({ key: title, title, text: error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.", tone: "bad" });
}

export function Address() {
  const sources = useSources();
  const [name, setName] = useState("");
  const source = sources.data?.find((one) => one.name === name) ?? sources.data?.[0];
  return (
    <Card
      title="1 · Where alerts go"
      note={<span className="max-[719px]:hidden">in the alert’s Notifications, tick Webhook URL and paste</span>}
      actions={sources.data && sources.data.length > 1 && source ? <Choose label="Source" optional={false} value={source.name} options={sources.data.map((one) => one.name)} onChoose={setName} /> : undefined}
    >
      {sources.isPending && <Loading what="the address" />}
      {sources.isError &&
        (sources.error instanceof ApiError && sources.error.status === 403 ? (
          <p className="text-muted">Your access may not see the webhook’s address. Ask whoever runs this desk.</p>
        ) : (
          <Problem what="The address could not be loaded." error={sources.error} onRetry={() => void sources.refetch()} />
        ))}
      {source && <AddressNotice />}
      {source && <One key={source.name} source={source} />}
      {sources.data && <NewSource onMade={setName} known={sources.data.map((one) => one.name)} />}
    </Card>
  );
}

function One({ source }: { source: Source }) {
  const [shown, setShown] = useState(false);
  const [asking, setAsking] = useState(false);
  const rotate = (): void => {
    rotateToken(source.name)
      .then(() => toast({ key: "rotated", title: `${source.name} has a new address`, text: "Paste it into each of its alerts: the old one opens nothing now." }))
      .catch((error: unknown) => tell("The token was not changed", error));
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <code data-webhook={source.name} className="figure min-w-0 flex-1 basis-96 truncate rounded border border-line bg-ground px-3 py-1.5 text-text" title={shown ? source.url : "Hidden: whoever knows it can send alerts"}>
        {shown ? source.url : masked(source.url)}
      </code>
      <button type="button" className="control" aria-pressed={shown} onClick={() => setShown((now) => !now)}>
        {shown ? <EyeOff size={13} aria-hidden /> : <Eye size={13} aria-hidden />}
        {shown ? "Hide" : "Show"}
      </button>
      <CopyButton className="control control-primary" text={() => source.url}>
        Copy URL
      </CopyButton>
      <button type="button" className="control" disabled={source.fixed} onClick={() => setAsking(true)}>
        <RefreshCw size={13} aria-hidden />
        New token…
      </button>
      {source.fixed && <p className="w-full text-muted">Its token is the server’s setting WEBHOOK_TOKEN: change it there.</p>}
      <Confirm
        open={asking}
        title={`Give ${source.name} a new token?`}
        text="Its present address stops working at once, and alerts sent there are refused until the new address stands in each of them."
        action="Change the token"
        typed={source.name}
        onConfirm={rotate}
        onClose={() => setAsking(false)}
      />
    </div>
  );
}

function NewSource({ known, onMade }: { known: readonly string[]; onMade: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const make = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("name");
    const name = typeof typed === "string" ? typed.trim() : "";
    if (name === "") return;
    if (known.includes(name)) {
      onMade(name);
      return;
    }
    saveSource(name, {})
      .then(() => {
        onMade(name);
        setOpen(false);
      })
      .catch((error: unknown) => tell("The source was not made", error));
  };
  if (!open)
    return (
      <p className="mt-2 text-muted">
        One address for each strategy or sender keeps their health apart.
        <button type="button" className="quiet text-accent!" onClick={() => setOpen(true)}>
          <Plus size={13} aria-hidden />
          Another source
        </button>
      </p>
    );
  return (
    <form onSubmit={make} className="mt-3 flex flex-wrap gap-2">
      {/* The click that opened it was about typing here. */}
      {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
      <input autoFocus name="name" className="control w-56 cursor-text!" maxLength={40} aria-label="Name of the source" placeholder="orb-strategy" onKeyDown={(event) => event.key === "Escape" && setOpen(false)} />
      <button type="submit" className="control control-primary">
        Make it
      </button>
    </form>
  );
}
