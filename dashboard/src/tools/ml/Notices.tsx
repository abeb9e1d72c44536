/** Notifications of signals that the model is sure of: one threshold for the whole desk, one permission for each browser. */

import { Bell } from "lucide-react";
import { useRef, useState } from "react";

import { Card } from "../../components/Card";
import { Toggle } from "../../components/Toggle";
import type { HighConfidence } from "../../connection/api";
import { ApiError } from "../../connection/http";
import { choose, useHighConfidence } from "../../state/chosen";
import { percent } from "../../state/format";
import { askPermission, usePermission, type Permission } from "../../state/notices";
import { prefer, usePreference } from "../../state/preferences";
import { toast } from "../../state/toasts";

const SAVE_MS = 250;
/** By then the change has come back as a fact. */
const ECHO_MS = 500;

async function save(change: Partial<HighConfidence>): Promise<void> {
  try {
    await choose("high_confidence", change);
  } catch (error) {
    const text = error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.";
    toast({ key: "high-confidence", tone: "bad", title: "The threshold was not saved.", text });
  }
}

export function Notices() {
  const { notify, probability } = useHighConfidence();
  const permission = usePermission();
  const sound = usePreference("sound");
  return (
    <Card title="High confidence" note="for every browser of this desk">
      <Threshold value={probability} />
      <div className="mt-4 space-y-3">
        <Toggle label="Notify me of such signals" on={notify} onChange={(on) => void save({ notify: on })}>
          Shown by the browser, also while this page is in the background.
        </Toggle>
        {notify && <Ask permission={permission} />}
        {notify && permission === "granted" && <Toggle label="With a sound" on={sound} onChange={(on) => prefer({ sound: on })} />}
      </div>
    </Card>
  );
}

/** Follows the hand at once, is saved when the hand rests, and then follows the desk again, whoever moves it. */
function Threshold({ value }: { value: number }) {
  const [held, setHeld] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const shown = held ?? Math.round(value * 100);
  const move = (percentage: number): void => {
    setHeld(percentage);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      void save({ probability: percentage / 100 }).then(() => {
        timer.current = setTimeout(() => setHeld(null), ECHO_MS);
      });
    }, SAVE_MS);
  };
  return (
    <div>
      <span className="flex items-baseline justify-between">
        <label htmlFor="high-confidence" className="text-muted">
          From a probability of
        </label>
        <span className="figure-large text-model">{percent(shown / 100)}</span>
      </span>
      <input id="high-confidence" type="range" min={30} max={95} step={1} value={shown} aria-valuetext={percent(shown / 100)} className="mt-1 w-full accent-(--model)" onChange={(event) => move(event.target.valueAsNumber)} />
    </div>
  );
}

function Ask({ permission }: { permission: Permission }) {
  if (permission === "granted") return <p className="text-muted">This browser may notify you.</p>;
  if (permission === "unsupported") return <p className="text-muted">This browser can’t show notifications. Over plain HTTP most only do so on the machine itself: use HTTPS.</p>;
  if (permission === "denied") return <p className="text-warn">This browser was told not to notify. Allow it beside the address, under the site’s settings.</p>;
  return (
    <div>
      <p className="text-muted">Your browser will ask once whether this page may notify you. Only signals above the threshold are told, without sound.</p>
      <button type="button" className="control control-primary mt-2" onClick={() => void askPermission()}>
        <Bell size={13} aria-hidden />
        Let this browser notify me
      </button>
    </div>
  );
}
