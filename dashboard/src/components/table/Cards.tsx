/** The same list on a phone: one card a row, in reach of a thumb, drawn only where the eye is. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

import type { ListProps } from "./list";

const NEAR_END = 20;

interface Props<T extends object> extends ListProps<T> {
  card: (row: T) => ReactNode;
  /** A card's usual height, pixels. */
  height: number;
  /** Without it the list fills the height it is given; with it, it grows with its cards up to so many pixels. */
  maxHeight?: number;
}

export function Cards<T extends object>({ label, rows, rowId, detail, marks, onEnd, onScrolled, stale = false, card, height, maxHeight }: Props<T>) {
  const scroller = useRef<HTMLUListElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowId(row);
    },
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onEnd?.();
  }, [last, rows.length, onEnd]);
  return (
    <ul
      ref={scroller}
      aria-label={label}
      // Cards that do not open hold nothing to focus, so the list itself must be scrollable by key.
      tabIndex={detail === undefined ? 0 : undefined}
      className={`relative min-h-0 overflow-y-auto ${maxHeight === undefined ? "flex-1" : ""} ${stale ? "stale" : ""}`}
      style={maxHeight === undefined ? undefined : { maxHeight }}
      onScroll={(event) => onScrolled?.(event.currentTarget.scrollTop > height)}
    >
      <li aria-hidden style={{ height: virtual.getTotalSize() }} />
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const id = rowId(row);
        const open = id === detail?.openId;
        const shape = "flex w-full flex-col gap-1 px-4 py-2.5 text-left";
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
            {detail ? (
              <button type="button" aria-expanded={open} className={`list-card ${shape} ${open ? "bg-lifted" : ""}`} onClick={() => detail.onToggle(id)} {...marks?.(row)}>
                {card(row)}
              </button>
            ) : (
              <div className={`list-card ${shape}`} {...marks?.(row)}>
                {card(row)}
              </div>
            )}
            {open && detail.content(row)}
          </li>
        );
      })}
    </ul>
  );
}
