/** Rows of one line, drawn only where the eye is, each opening in place; sorted by a click on a head. */

import { FlexRender, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { memo, useCallback, useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from "react";

import { useMedia } from "../../state/media";
import { usePreference } from "../../state/preferences";
import { definitions, features, fitOf, nextSort, place, sorted, tracks, type Column, type Fit, type Sort, type TableRow } from "./column";
import { Head } from "./Head";
import type { ListProps } from "./list";
import { useRoving } from "./roving";

interface CellsProps<T extends object> {
  row: TableRow<T>;
  /** How each column's cells stand. */
  looks: ReadonlyMap<string, { className: string; style: CSSProperties | undefined }>;
}

/** Drawn again only when its row changed: every arrival moves all rows below it, and none of them is another. */
const Cells = memo(
  ({ row, looks }: CellsProps<object>) =>
    row.getAllCells().map((cell) => (
      <span key={cell.id} role="cell" {...looks.get(cell.column.id)}>
        <FlexRender cell={cell} />
      </span>
    )),
  (before, after) => before.row.original === after.row.original && before.looks === after.looks,
) as <T extends object>(props: CellsProps<T>) => React.JSX.Element;

const NEAR_END = 40;

/** What a second line adds, pixels; as in look.css. */
const SECOND_LINE = 18;

/** As in look.css: a row is taller for a finger, and where somebody asked for room. */
function useRowHeight(fit: Fit): number {
  const coarse = useMedia("(pointer: coarse)");
  return (usePreference("density") === "comfortable" || coarse ? 36 : 28) + (fit === "two" ? SECOND_LINE : 0);
}

/** How rows fit the element that the returned ref is given to: known before it is painted, and kept up to date. */
function useFit(oneLineFrom: number) {
  const [fit, setFit] = useState<Fit>("wide");
  const ref = useCallback(
    (node: HTMLDivElement | null) => {
      if (node === null) return undefined;
      const look = (): void => setFit(fitOf(node.clientWidth, oneLineFrom));
      look();
      const observer = new ResizeObserver(look);
      observer.observe(node);
      return () => observer.disconnect();
    },
    [oneLineFrom],
  );
  return [fit, ref] as const;
}

interface Props<T extends object> extends ListProps<T> {
  /** Must be stable: declare them outside the component, or memoise them. */
  columns: readonly Column<T>[];
  /** Without it the table fills the height it is given; with it, it grows with its rows up to so many pixels. */
  maxHeight?: number;
  /** Where the table has less than so many pixels, columns with a place `under` make a second line. */
  oneLineFrom?: number;
  initialSort?: Sort;
}

export function Table<T extends object>({ label, rows: given, rowId, detail, marks, onEnd, onScrolled, stale = false, columns, maxHeight, oneLineFrom = 0, initialSort }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [fit, frame] = useFit(oneLineFrom);
  const height = useRowHeight(fit);
  const [sort, setSort] = useState<Sort | null>(initialSort ?? null);
  const rows = useMemo(() => sorted(given, columns, sort), [given, columns, sort]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowId(row);
    },
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  // Only rows that were opened have a height of their own. Measuring every row that comes would force a layout for each.
  const opened = useRef(new Set<string>());
  if (detail?.openId != null) opened.current.add(detail.openId);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  // The table's model is built for the rows in view only: for all of a long history it would cost every frame.
  const first = items[0]?.index ?? 0;
  const view = useMemo(() => rows.slice(first, last + 1), [rows, first, last]);
  const defined = useMemo(() => definitions(columns), [columns]);
  const looks = useMemo(() => new Map(columns.map((one) => [one.id, { className: one.right === true ? "text-right" : "", style: place(one, fit) }])), [columns, fit]);
  const model = useTable({ features, columns: defined, data: view, getRowId: rowId }).getRowModel().rows;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onEnd?.();
  }, [last, rows.length, onEnd]);
  const roving = useRoving(rows, rowId, (index) => virtual.scrollToIndex(index));
  const grid = { "--tracks": tracks(columns, detail !== undefined, fit) };
  return (
    <div ref={frame} role="table" data-fit={fit} aria-label={label} aria-rowcount={rows.length + 1} style={grid as CSSProperties} className={`flex min-h-0 flex-col ${maxHeight === undefined ? "flex-1" : ""} ${stale ? "stale" : ""}`}>
      <Head columns={columns} opens={detail !== undefined} fit={fit} sort={sort} onSort={(column) => setSort((now) => nextSort(now, column.id, column.right === true))} />
      {/* Keys bubble up from the focused row's button; rows without one are scrolled by the list itself. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scroller}
        role="rowgroup"
        tabIndex={detail === undefined ? 0 : undefined}
        className="relative min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]"
        style={maxHeight === undefined ? undefined : { maxHeight }}
        onScroll={(event) => onScrolled?.(event.currentTarget.scrollTop > height)}
        onKeyDown={(event: KeyboardEvent) => detail && roving.onKey(event, detail.onToggle)}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize() }} />
        {/* One moved block of rows in their natural order: an arrival inserts one row instead of moving all of them. */}
        <div role="presentation" className="absolute inset-x-0 top-0" style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
        {items.map((item) => {
          const row = model[item.index - first];
          if (row === undefined) return null;
          const open = row.id === detail?.openId;
          return (
            <div key={item.key} ref={opened.current.has(row.id) ? virtual.measureElement : undefined} data-index={item.index} role="presentation">
              {/* The whole row takes a click for the mouse's sake; keyboards and screen readers have the button in it. */}
              {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
              <div
                role="row"
                aria-rowindex={item.index + 2}
                className={`table-grid table-row-line ${detail ? "cursor-pointer" : ""}`}
                data-open={open}
                onClick={detail && (() => detail.onToggle(row.id))}
                {...marks?.(row.original)}
              >
                {detail && (
                  <span role="cell" className="!overflow-visible">
                    <button
                      type="button"
                      aria-expanded={open}
                      aria-label={detail.name(row.original)}
                      tabIndex={roving.isCurrent(item.index, row.id) ? 0 : -1}
                      data-roving={row.id}
                      className="flex size-4 items-center text-faint"
                      onFocus={() => roving.set(row.id)}
                      onClick={(event) => {
                        event.stopPropagation();
                        detail.onToggle(row.id);
                      }}
                    >
                      <ChevronRight size={14} aria-hidden className={`transition-transform ${open ? "rotate-90" : ""}`} />
                    </button>
                  </span>
                )}
                <Cells row={row} looks={looks} />
              </div>
              {open && (
                <div role="row" aria-rowindex={item.index + 2}>
                  <div role="cell" aria-colspan={columns.length + 1}>
                    {detail.content(row.original)}
                  </div>
                </div>
              )}
            </div>
          );
        })}
        </div>
      </div>
    </div>
  );
}
