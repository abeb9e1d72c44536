/** What stands where figures would: empty, loading, failed, out of date. */

import { Card } from "../../components/Card";
import { Problem } from "../../components/Problem";
import { Stat, Stats } from "../../components/Stat";
import { Empty, Loading, StaleNote } from "../../components/States";
import { ApiError } from "../../connection/http";

const REFUSED = new ApiError(503, "not_ready", "The database does not answer.", "Try again in a moment.");

export function StatesShown() {
  return (
    <>
      <Card title="Empty" span={3}>
        <Empty title="No signal has been scored yet.">Each entry stands here as soon as it arrives.</Empty>
      </Card>
      <Card title="Loading" span={3}>
        <Loading what="the model" />
      </Card>
      <Card title="Failed" span={3}>
        <Problem what="The models could not be loaded." error={REFUSED} onRetry={() => undefined} />
      </Card>
      <Card title="Out of date" span={3} stale>
        <StaleNote>The last state, 4 min old.</StaleNote>
        <Stats>
          <Stat label="Facts a second" value="12" />
        </Stats>
      </Card>
    </>
  );
}
