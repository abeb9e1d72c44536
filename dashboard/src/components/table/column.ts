/** What a table needs to know of a column, and the order that a click on its head asks for. */

import { createColumnHelper, tableFeatures, type Row } from "@tanstack/react-table";
import type { ReactNode } from "react";

export interface Column<T> {
  id: string;
  title: string;
  /** A CSS grid track: `96px`, `minmax(140px, 1fr)`. */
  width: string;
  /** The track where the table itself has less than 1,300 px, where it differs. */
  narrow?: string;
  /** The track in rows of two lines, where it differs. */
  tight?: string;
  /** Its place in the second line, where rows have two: grid lines as in `3 / -1`. */
  under?: string;
  /** Figures stand to the right. */
  right?: boolean;
  /** What the head's hover explains. */
  hint?: string;
  /** What the column sorts by; without it the column can't be sorted. Unknown (null) is always last. */
  sortBy?: (row: T) => string | number | null;
  cell: (row: T) => ReactNode;
}

export interface Sort {
  id: string;
  descending: boolean;
}

export const features = tableFeatures({});
export type TableRow<T extends object> = Row<typeof features, T>;

/** The same columns as the table library wants them. */
export function definitions<T extends object>(columns: readonly Column<T>[]) {
  const helper = createColumnHelper<typeof features, T>();
  return helper.columns(columns.map((one) => helper.display({ id: one.id, header: one.title, cell: ({ row }) => one.cell(row.original) })));
}

/** How a table's rows fit its width: with room, close together, or on two lines. */
export type Fit = "wide" | "narrow" | "two";

const WIDE_FROM = 1_300;

/** `oneLineFrom`: the width in pixels that one line needs; 0 where rows never have two. */
export function fitOf(width: number, oneLineFrom: number): Fit {
  if (width < oneLineFrom) return "two";
  return width < WIDE_FROM ? "narrow" : "wide";
}

/** Grid tracks for all columns of the first line; an opening arrow, where rows open, has one of its own. */
export function tracks<T>(columns: readonly Column<T>[], opens: boolean, fit: Fit): string {
  const own = columns.flatMap((one) => {
    if (fit === "wide") return one.width;
    if (fit === "narrow") return one.narrow ?? one.width;
    return one.under === undefined ? (one.tight ?? one.narrow ?? one.width) : [];
  });
  return (opens ? ["16px", ...own] : own).join(" ");
}

/** Where a column's cells and head stand. */
export function place<T>(column: Column<T>, fit: Fit): { gridRow: number; gridColumn: string } | undefined {
  return fit === "two" && column.under !== undefined ? { gridRow: 2, gridColumn: column.under } : undefined;
}

/** Figures are asked for largest first, words from A to Z; the second click turns it round, the third takes it away. */
export function nextSort(now: Sort | null, id: string, figures: boolean): Sort | null {
  if (now?.id !== id) return { id, descending: figures };
  return now.descending === figures ? { id, descending: !figures } : null;
}

/** A stable order by one column; the rows themselves when nothing is asked. */
export function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sort: Sort | null): readonly T[] {
  const by = columns.find((one) => one.id === sort?.id)?.sortBy;
  if (by === undefined || sort === null) return rows;
  const direction = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return a.value === b.value ? 0 : a.value === null ? 1 : -1;
      return direction * compare(a.value, b.value);
    })
    .map((one) => one.row);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
