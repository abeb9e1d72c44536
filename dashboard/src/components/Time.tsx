/** A moment in the zone that was chosen; the hover has UTC. */

import { clock, day, utc } from "../state/format";
import { usePreference } from "../state/preferences";

export function Time({ at, withDay = false }: { at: string; withDay?: boolean }) {
  const zone = usePreference("clock");
  return (
    <time dateTime={at} title={utc(at)} className="figure">
      {withDay && `${day(at, zone)} `}
      {clock(at, zone)}
    </time>
  );
}
