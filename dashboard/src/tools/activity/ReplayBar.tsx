/** Marks a playback as the past, tells its clock, and steers it. */

import { Pause, Play, Square, StepForward } from "lucide-react";

import { Choose } from "../../components/Choose";
import type { Action } from "../../connection/playback";
import { clock, day, utc, zoneName } from "../../state/format";
import { usePreference } from "../../state/preferences";
import { SPEEDS, type Replay } from "./replay";

const ENDS: Record<string, string> = {
  done: "That was all of it.",
  idle: "It stood still for too long and ended.",
  stopped: "Stopped.",
};

interface Props {
  replay: Replay;
  onSteer: (action: Action) => void;
  onClose: () => void;
}

export function ReplayBar({ replay: { standing, facts, at, ended }, onSteer, onClose }: Props) {
  const zone = usePreference("clock");
  const going = ended === null && standing !== null;
  const newest = facts[0]?.seq ?? standing?.fromSeq ?? 0;
  return (
    <section aria-label="Playback" data-playback={ended === null ? (standing?.paused === true ? "paused" : "playing") : ended.reason} className="hatched shrink-0 border-b border-warn/60">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 bg-lifted/85 px-4 py-1.5">
        <span className="label text-warn!">Playback of the past</span>
        <time dateTime={at} title={utc(at)} className="figure text-[16px] text-text">
          <span className="text-faint">{day(at, zone)} </span>
          {clock(at, zone)} <span className="text-[11px] text-faint">{zoneName(zone)}</span>
        </time>
        {going && (
          <>
            <span className="flex gap-1">
              <button type="button" className="control" onClick={() => onSteer({ action: standing.paused ? "resume" : "pause" })}>
                {standing.paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
                {standing.paused ? "Play" : "Hold"}
              </button>
              <button type="button" className="control" onClick={() => onSteer({ action: "step" })} title="One event more">
                <StepForward size={13} aria-hidden />
                Step
              </button>
            </span>
            <Choose label="Speed" optional={false} value={String(standing.speed)} options={SPEEDS.map((speed) => ({ value: speed, label: `${speed} ×` }))} onChoose={(speed) => onSteer({ action: "speed", speed: Number(speed) })} />
            <input
              type="range"
              aria-label="Place in the playback"
              className="min-w-40 flex-1 accent-(--warn)"
              min={standing.fromSeq}
              max={Math.max(standing.fromSeq, standing.toSeq)}
              value={newest}
              onChange={(event) => onSteer({ action: "seek", to: Number(event.target.value) })}
            />
          </>
        )}
        {ended !== null && (
          <span role="status" className="text-muted">
            {ENDS[ended.reason] ?? <span className="text-error">{ended.text}</span>}
          </span>
        )}
        <button type="button" className="control ml-auto" onClick={onClose}>
          <Square size={12} aria-hidden />
          {ended === null ? "Stop, back to the feed" : "Back to the feed"}
        </button>
      </div>
    </section>
  );
}
