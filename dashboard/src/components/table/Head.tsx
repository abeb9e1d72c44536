/** A table's heads: a name, its explanation on hover, and a button where the column can be sorted. */

import { ArrowDown, ArrowUp } from "lucide-react";

import { place, type Column, type Fit, type Sort } from "./column";

interface Props<T> {
  columns: readonly Column<T>[];
  opens: boolean;
  fit: Fit;
  sort: Sort | null;
  onSort: (column: Column<T>) => void;
}

export function Head<T>({ columns, opens, fit, sort, onSort }: Props<T>) {
  return (
    <div role="rowgroup" className="hairline-b overflow-hidden [scrollbar-gutter:stable]">
      <div role="row" aria-rowindex={1} className="table-grid table-head">
        {opens && (
          <span role="columnheader">
            <span className="sr-only">Open</span>
          </span>
        )}
        {columns.map((column) => {
          const direction = sort?.id === column.id ? (sort.descending ? "descending" : "ascending") : undefined;
          return (
            <span key={column.id} role="columnheader" aria-sort={direction} title={column.hint} style={place(column, fit)} className={`label whitespace-nowrap ${column.right === true ? "text-right" : ""}`}>
              {column.sortBy === undefined ? column.title : <Sorter title={column.title} direction={direction} right={column.right === true} onClick={() => onSort(column)} />}
            </span>
          );
        })}
      </div>
    </div>
  );
}

function Sorter({ title, direction, right, onClick }: { title: string; direction: string | undefined; right: boolean; onClick: () => void }) {
  const Arrow = direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <button type="button" className={`inline-flex max-w-full items-center gap-1 uppercase hover:text-text ${right ? "flex-row-reverse" : ""} ${direction ? "text-text" : ""}`} onClick={onClick}>
      <span className="truncate">{title}</span>
      <Arrow size={11} aria-hidden className={direction ? "shrink-0" : "hidden"} />
    </button>
  );
}
