/** Keeps a source's silences quiet for a while: a holiday, a paused strategy. Alerts are taken all the same. */

import { BellOff } from "lucide-react";

import { MenuButton } from "../../components/MenuButton";
import { Time } from "../../components/Time";
import { ApiError } from "../../connection/http";
import { useNow } from "../../state/now";
import { toast } from "../../state/toasts";
import { saveSource, type Source } from "./sources";

const HOUR_MS = 3_600_000;
const SPANS: readonly (readonly [string, string, number])[] = [
  ["1h", "For an hour", HOUR_MS],
  ["8h", "For eight hours", 8 * HOUR_MS],
  ["1d", "For a day", 24 * HOUR_MS],
  ["7d", "For a week", 168 * HOUR_MS],
];

export function Mute({ source, muted }: { source: Source; muted: boolean }) {
  const now = useNow();
  const save = (chosen: string): void => {
    const length = SPANS.find(([key]) => key === chosen)?.[2];
    const until = length === undefined ? null : new Date(now + length).toISOString();
    saveSource(source.name, { muted_until: until }).catch((error: unknown) => {
      const text = error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.";
      toast({ key: `mute ${source.name}`, title: "Not muted", text, tone: "bad" });
    });
  };
  const options = SPANS.map(([key, name]) => [key, name] as const);
  return (
    <MenuButton
      label={muted ? "" : `Mute ${source.name}`}
      choices={[{ title: "No gap alerts", value: muted ? "" : "off", options: muted ? [["off", "Tell gaps again"], ...options] : options, choose: save }]}
      note="Alerts are taken and traded all the same."
    >
      <BellOff size={14} aria-hidden />
      {muted && source.mutedUntil !== null && (
        <span className="text-warn">
          muted until <Time at={source.mutedUntil} />
        </span>
      )}
    </MenuButton>
  );
}
