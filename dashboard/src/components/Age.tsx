/** How long ago something was, ticking with the server's clock; unknown stays unknown. */

import { age, UNKNOWN, utc } from "../state/format";
import { useNow } from "../state/now";

export function Age({ at, warnMs }: { at: string | null; warnMs?: number }) {
  const now = useNow();
  if (at === null) return <span className="figure text-faint">{UNKNOWN}</span>;
  const ms = now - Date.parse(at);
  return (
    <time dateTime={at} title={utc(at)} className={`figure ${warnMs !== undefined && ms > warnMs ? "text-warn" : ""}`}>
      {age(ms)}
    </time>
  );
}
