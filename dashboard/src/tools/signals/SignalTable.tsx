/** The list on a desk: rows of one line, drawn only where the eye is, each opening in place. */

import { FlexRender, useTable, type Row } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { memo, useEffect, useMemo, useRef, type KeyboardEvent } from "react";

import { useDesk, type SignalItem } from "../../state/desk";
import { usePreference } from "../../state/preferences";
import { columns, features, RIGHT } from "./columns";
import { Journey } from "./Journey";
import type { ListProps } from "./list";
import { useRoving } from "./roving";

type TableRow = Row<typeof features, SignalItem>;

/** Drawn again only when its signal changed: every arrival moves all rows below it, and none of them is another. */
const Cells = memo(
  ({ row }: { row: TableRow }) =>
    row.getAllCells().map((cell) => (
      <span key={cell.id} role="cell" className={RIGHT.has(cell.column.id) ? "text-right" : ""}>
        <FlexRender cell={cell} />
      </span>
    )),
  (before, after) => before.row.original === after.row.original,
);
Cells.displayName = "Cells";

const NEAR_END = 40;
const rowId = (row: SignalItem): string => row.id;

export function SignalTable({ rows, openId, onToggle, onEnd, onScrolled, stale }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const height = usePreference("density") === "comfortable" ? 36 : 28;
  const arrived = useDesk((desk) => desk.arrived);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  // The table's model is built for the rows in view only: for all of a long history it would cost every frame.
  const first = items[0]?.index ?? 0;
  const view = useMemo(() => rows.slice(first, last + 1), [rows, first, last]);
  const table = useTable({ features, columns, data: view, getRowId: rowId });
  const model = table.getRowModel().rows;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onEnd();
  }, [last, rows.length, onEnd]);
  const roving = useRoving(rows, (index) => virtual.scrollToIndex(index));
  return (
    <div role="table" aria-label="Signals" aria-rowcount={rows.length + 1} className={`flex min-h-0 flex-1 flex-col ${stale ? "stale" : ""}`}>
      <div role="rowgroup" className="hairline-b [scrollbar-gutter:stable] overflow-hidden">
        <div role="row" aria-rowindex={1} className="signal-grid h-7">
          <span role="columnheader">
            <span className="sr-only">Open</span>
          </span>
          {table.getHeaderGroups()[0]?.headers.map((header) => (
            <span key={header.id} role="columnheader" className={`label ${RIGHT.has(header.column.id) ? "text-right" : ""}`}>
              <table.FlexRender header={header} />
            </span>
          ))}
        </div>
      </div>
      {/* Keys bubble up from the focused row's button. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scroller}
        role="rowgroup"
        className="relative min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]"
        onScroll={(event) => onScrolled(event.currentTarget.scrollTop > height)}
        onKeyDown={(event: KeyboardEvent) => roving.onKey(event, onToggle)}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize() }} />
        {items.map((item) => {
          const row = model[item.index - first];
          if (row === undefined) return null;
          const open = row.id === openId;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {/* The whole row takes a click for the mouse's sake; keyboards and screen readers have the button in it. */}
              {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
              <div
                role="row"
                aria-rowindex={item.index + 2}
                className="signal-grid signal-row cursor-pointer"
                data-open={open}
                data-signal={row.id}
                data-arrived={arrived.has(row.id)}
                onClick={() => onToggle(row.id)}
              >
                <span role="cell" className="!overflow-visible">
                  <button
                    type="button"
                    aria-expanded={open}
                    aria-label={`Journey of ${row.original.symbol ?? row.original.kind}`}
                    tabIndex={roving.isCurrent(item.index, row.id) ? 0 : -1}
                    data-roving={row.id}
                    className="flex size-4 items-center text-faint"
                    onFocus={() => roving.set(row.id)}
                    onClick={(event) => {
                      event.stopPropagation();
                      onToggle(row.id);
                    }}
                  >
                    <ChevronRight size={14} aria-hidden className={`transition-transform ${open ? "rotate-90" : ""}`} />
                  </button>
                </span>
                <Cells row={row} />
              </div>
              {open && (
                <div role="row" aria-rowindex={item.index + 2}>
                  <div role="cell" aria-colspan={columns.length + 1}>
                    <Journey id={row.id} item={row.original} />
                  </div>
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
