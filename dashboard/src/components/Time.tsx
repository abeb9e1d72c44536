/** A moment in the zone that was chosen; the hover has UTC. */

import { clock, day, utc } from "../state/format";
import { useToday } from "../state/now";
import { usePreference } from "../state/preferences";

/** The day stands before the time only where it is not today's. */
export function Time({ at }: { at: string }) {
  const zone = usePreference("clock");
  const date = day(at, zone);
  const old = useToday(zone) !== date;
  return (
    <time dateTime={at} title={utc(at)} className="figure">
      {old && <span className="text-faint">{date.slice(5)} </span>}
      {clock(at, zone)}
    </time>
  );
}
