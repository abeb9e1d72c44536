/** How alerts come in: each source with its states, what was refused and why, what fell silent. */

import { Empty, Loading } from "../../components/States";
import { useDesk } from "../../state/desk";
import { Gaps } from "./Gaps";
import { Rejects } from "./Rejects";
import { SourceCard } from "./SourceCard";
import { Strangers } from "./Strangers";
import { useSources } from "./sources";
import { useStates } from "./trouble";
import { Unrecognised } from "./Unrecognised";

interface Props {
  hours: number;
  /** Only this source; empty: all. */
  only: string;
}

export function Health({ hours, only }: Props) {
  const health = useDesk((desk) => desk.sources);
  const stale = useDesk((desk) => desk.link.phase === "offline" || desk.link.phase === "ended");
  const known = useDesk((desk) => desk.known);
  const sources = useSources();
  const states = useStates(hours);
  const shown = [...health.values()].filter((one) => only === "" || one.source === only);
  const counts: Record<string, number> = {};
  for (const one of shown) for (const [code, count] of Object.entries(one.rejects)) counts[code] = (counts[code] ?? 0) + count;
  if (shown.length === 0) {
    return known ? <Empty title={`No source is called ${only}.`}>Choose another one above.</Empty> : <Loading what="the sources" />;
  }
  return (
    <>
      {only === "" && <Strangers />}
      {shown.map((one) => (
        <SourceCard key={one.source} health={one} source={sources.data?.find((source) => source.name === one.source)} states={states.data} stale={stale} />
      ))}
      <Unrecognised source={only} />
      <Rejects source={only} counts={counts} />
      <Gaps source={only} />
    </>
  );
}
