/** When a source's silence is told: how often it should speak, and quiet for a while. Alerts are taken all the same. */

import { BellOff } from "lucide-react";

import { MenuButton } from "../../components/MenuButton";
import { Time } from "../../components/Time";
import type { Source } from "../../connection/api";
import { ApiError } from "../../connection/http";
import { useNow } from "../../state/now";
import { toast } from "../../state/toasts";
import { saveSource, type SourceChange } from "./sources";

const HOUR_MS = 3_600_000;
const SPANS: readonly (readonly [string, string, number])[] = [
  ["1h", "For an hour", HOUR_MS],
  ["8h", "For eight hours", 8 * HOUR_MS],
  ["1d", "For a day", 24 * HOUR_MS],
  ["7d", "For a week", 168 * HOUR_MS],
];

const LEARNED = "learned";
const CADENCES: readonly (readonly [string, string])[] = [
  [LEARNED, "As it has shown by itself"],
  ["300", "5 minutes"],
  ["900", "15 minutes"],
  ["3600", "An hour"],
  ["14400", "Four hours"],
  ["86400", "A day"],
];

export function Mute({ source, muted }: { source: Source; muted: boolean }) {
  const now = useNow();
  const save = (change: SourceChange): void => {
    saveSource(source.name, change).catch((error: unknown) => {
      const text = error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.";
      toast({ key: `silence ${source.name}`, title: "Not changed", text, tone: "bad" });
    });
  };
  const mute = (chosen: string): void => {
    const length = SPANS.find(([key]) => key === chosen)?.[2];
    save({ muted_until: length === undefined ? null : new Date(now + length).toISOString() });
  };
  const every = source.expected_every_s === null ? LEARNED : String(source.expected_every_s);
  const options = SPANS.map(([key, name]) => [key, name] as const);
  return (
    <MenuButton
      label={muted ? "" : `Mute ${source.name}`}
      choices={[
        { title: "No gap alerts", value: muted ? "" : "off", options: muted ? [["off", "Tell gaps again"], ...options] : options, choose: mute },
        { title: "Silent after", value: every, options: CADENCES, choose: (chosen) => save({ expected_every_s: chosen === LEARNED ? null : Number(chosen) }) },
      ]}
      note="Alerts are taken and traded all the same."
    >
      <BellOff size={14} aria-hidden />
      {muted && source.muted_until !== null && (
        <span className="text-warn">
          muted until <Time at={source.muted_until} />
        </span>
      )}
    </MenuButton>
  );
}
