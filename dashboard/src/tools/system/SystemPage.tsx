/** System: whether the server and the way to it are well, how they were, and what to do where they are not. */

import { Badge } from "../../components/Badge";
import { Page } from "../../components/Page";
import { Problem } from "../../components/Problem";
import { useDesk } from "../../state/desk";
import { Clients } from "./Clients";
import { useFirstFigures } from "./data";
import { Measures } from "./Measures";
import { LastHour, Signs } from "./Signs";
import { DeadLetters, Jobs } from "./Work";

export default function SystemPage() {
  const stale = useDesk((desk) => desk.link.phase === "offline" || desk.link.phase === "ended");
  const told = useDesk((desk) => desk.health?.told ?? null);
  const { error, retry } = useFirstFigures();
  return (
    <Page
      title="System"
      actions={
        told && (
          <>
            <Badge hint="The server’s version">{told.version}</Badge>
            <Badge hint="What the server runs on">{told.engine}</Badge>
            <Badge hint="Where the journal is kept">{told.database.dialect}</Badge>
          </>
        )
      }
    >
      {told === null && error !== null && <Problem what="The server’s figures could not be loaded." error={error} onRetry={retry} />}
      <Signs />
      <LastHour />
      <Measures stale={stale} />
      <Clients stale={stale} />
      <Jobs />
      <DeadLetters />
    </Page>
  );
}
