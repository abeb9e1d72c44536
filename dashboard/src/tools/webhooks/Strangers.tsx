/** Says that alerts come with a token that no source has: after a rotation TradingView goes on posting to the old URL. */

import { useQuery } from "@tanstack/react-query";

import { Age } from "../../components/Age";
import { Card } from "../../components/Card";
import { ask } from "../../connection/ask";

/** They make no fact, since anybody may knock, so nothing tells that there is a new one. */
const ASK_AGAIN_MS = 15_000;
const A_DAY_MS = 86_400_000;

export function Strangers() {
  const { data } = useQuery({
    queryKey: ["strangers"],
    refetchInterval: ASK_AGAIN_MS,
    queryFn: async ({ signal }) => {
      const { strangers } = await ask("GET /api/webhook/health", { signal });
      const last = strangers.last_at;
      const recent = last !== null && Date.now() - Date.parse(last) < A_DAY_MS;
      return recent ? { count: strangers.count, last } : null;
    },
  });
  if (data === null || data === undefined) return null;
  return (
    <Card title="Posts with an unknown token" note={data.count === 1 ? "1 since the start" : `${data.count} since the start`}>
      <p role="status">
        <span className="text-warn">
          The last came <Age at={data.last} /> ago and was refused.
        </span>{" "}
        <span className="text-muted">
          An alert may still post to an old URL: copy the webhook’s URL into it, from{" "}
          <a href="/webhooks/connect" className="text-accent underline">
            Connect
          </a>
          .
        </span>
      </p>
    </Card>
  );
}
