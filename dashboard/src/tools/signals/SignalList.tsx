/** The signals as rows on a desk and as cards on a phone, each opening its journey in place. */

import { useMemo } from "react";

import { Cards } from "../../components/table/Cards";
import type { ListProps } from "../../components/table/list";
import { Table } from "../../components/table/Table";
import { useDesk, type SignalItem } from "../../state/desk";
import { usePhone } from "../../state/media";
import { CARD, SignalCard } from "./SignalCard";
import { columns, ONE_LINE_FROM } from "./columns";
import { Journey } from "./Journey";

interface Props {
  rows: readonly SignalItem[];
  openId: string | null;
  onToggle: (id: string) => void;
  onEnd: () => void;
  onScrolled: (away: boolean) => void;
  stale: boolean;
}

const rowId = (row: SignalItem): string => row.id;
const name = (row: SignalItem): string => `Journey of ${row.symbol ?? row.kind}`;
const content = (row: SignalItem) => <Journey id={row.id} item={row} />;
const card = (row: SignalItem) => <SignalCard row={row} />;

export function SignalList({ openId, onToggle, ...list }: Props) {
  const phone = usePhone();
  const arrived = useDesk((desk) => desk.arrived);
  const detail = useMemo(() => ({ openId, onToggle, name, content }), [openId, onToggle]);
  const props: ListProps<SignalItem> = { ...list, label: "Signals", rowId, detail, marks: (row) => ({ "data-signal": row.id, "data-arrived": arrived.has(row.id) }) };
  return phone ? <Cards {...props} card={card} height={CARD} /> : <Table {...props} columns={columns} oneLineFrom={ONE_LINE_FROM} />;
}
