/** How long ago something was, ticking with the server's clock; unknown stays unknown. */

import { age, UNKNOWN, utc } from "../state/format";
import { useNow } from "../state/now";

interface Props {
  at: string | null;
  /** Older than this is told in the warning colour. */
  warnMs?: number;
  /** Takes the type of what stands around it: inside a `Stat`. */
  plain?: boolean;
}

export function Age({ at, warnMs, plain = false }: Props) {
  const now = useNow();
  if (at === null) return <span className="figure text-faint">{UNKNOWN}</span>;
  const ms = now - Date.parse(at);
  return (
    <time dateTime={at} title={utc(at)} className={`${plain ? "" : "figure"} ${warnMs !== undefined && ms > warnMs ? "text-warn" : ""}`}>
      {age(ms)}
    </time>
  );
}
