/** The same list on a phone: one card a signal, the verdict and why in reach of a thumb. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";

import { Time } from "../../components/Time";
import { useDesk, type SignalItem } from "../../state/desk";
import { Price, Probability, Result, Side, Verdict } from "./cells";
import { useStarter } from "./columns";
import { Journey } from "./Journey";
import type { ListProps } from "./list";
import { isTest, size, why } from "./words";

const CARD = 84;
const NEAR_END = 20;

export function SignalCards({ rows, openId, onToggle, onEnd, onScrolled, stale }: ListProps) {
  const scroller = useRef<HTMLUListElement>(null);
  const arrived = useDesk((desk) => desk.arrived);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onEnd();
  }, [last, rows.length, onEnd]);
  return (
    <ul
      ref={scroller}
      aria-label="Signals"
      className={`relative min-h-0 flex-1 overflow-y-auto ${stale ? "stale" : ""}`}
      onScroll={(event) => onScrolled(event.currentTarget.scrollTop > CARD)}
    >
      <li aria-hidden style={{ height: virtual.getTotalSize() }} />
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const open = row.id === openId;
        return (
          <li
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            aria-setsize={rows.length}
            aria-posinset={item.index + 1}
            className="hairline-b absolute inset-x-0 top-0"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <Card row={row} open={open} arrived={arrived.has(row.id)} onToggle={onToggle} />
            {open && <Journey id={row.id} item={row} />}
          </li>
        );
      })}
    </ul>
  );
}

interface CardProps {
  row: SignalItem;
  open: boolean;
  arrived: boolean;
  onToggle: (id: string) => void;
}

function Card({ row, open, arrived, onToggle }: CardProps) {
  const starter = useStarter();
  return (
    <button
      type="button"
      aria-expanded={open}
      data-signal={row.id}
      data-arrived={arrived}
      className={`signal-card flex w-full flex-col gap-1 px-4 py-2.5 text-left ${open ? "bg-lifted" : ""}`}
      onClick={() => onToggle(row.id)}
    >
      <span className="flex w-full items-baseline gap-2">
        <span className="text-[14px] font-semibold">{row.symbol ?? row.kind}</span>
        <Side side={row.side} />
        <Price value={row.price} />
        <span className="ml-auto text-muted">
          <Time at={row.received_at} />
        </span>
      </span>
      <span className="flex w-full items-center gap-3">
        <span className="w-28 shrink-0">
          <Probability row={row} starter={starter} />
        </span>
        <Verdict verdict={row.verdict} />
        <span className="figure">{size(row)}</span>
        <span className="ml-auto flex gap-2 text-muted">
          <Result row={row} />
          {row.status}
        </span>
      </span>
      <span className="block w-full truncate text-muted">
        {isTest(row) && <span className="mr-2 text-warn">test</span>}
        {why(row)}
      </span>
    </button>
  );
}
