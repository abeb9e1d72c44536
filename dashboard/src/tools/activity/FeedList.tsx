/** The facts as rows on a desk and as cards on a phone, each opening in place. */

import { useMemo, useState } from "react";

import { Cards } from "../../components/table/Cards";
import type { ListProps } from "../../components/table/list";
import { Table } from "../../components/table/Table";
import type { ActivityFact } from "../../state/activity";
import { desk } from "../../state/desk";
import { usePhone } from "../../state/media";
import { CARD, columns, FactCard, ONE_LINE_FROM } from "./cells";
import { FactDetail } from "./FactDetail";
import { sign } from "./words";

interface Props {
  rows: readonly ActivityFact[];
  /** What came after this one is new, and glows once. */
  since: number;
  onEnd: () => void;
  onScrolled: (away: boolean) => void;
  stale: boolean;
}

/** Rows are drawn again when scrolled back to: they glow only while they are new. */
const GLOW_MS = 3_000;

const rowId = (fact: ActivityFact): string => String(fact.seq);
const name = (fact: ActivityFact): string => `Details of ${sign(fact).name} ${fact.seq}`;
const content = (fact: ActivityFact) => <FactDetail fact={fact} />;
const card = (fact: ActivityFact) => <FactCard fact={fact} />;

export function FeedList({ since, ...list }: Props) {
  const phone = usePhone();
  const [openId, setOpenId] = useState<string | null>(null);
  const detail = useMemo(() => ({ openId, onToggle: (id: string) => setOpenId((now) => (now === id ? null : id)), name, content }), [openId]);
  const props: ListProps<ActivityFact> = {
    ...list,
    label: "Activity",
    rowId,
    detail,
    marks: (fact) => ({ "data-fact": String(fact.seq), "data-level": fact.level, "data-arrived": fact.seq > since && Date.parse(fact.timestamp) > Date.now() + desk.getState().skewMs - GLOW_MS }),
  };
  return phone ? <Cards {...props} card={card} height={CARD} /> : <Table {...props} columns={columns} oneLineFrom={ONE_LINE_FROM} />;
}
