/** What a table on a desk and the cards on a phone are both given. */

import type { ReactNode } from "react";

/** Rows that open in place. */
export interface Detail<T> {
  openId: string | null;
  onToggle: (id: string) => void;
  /** What the opening button is called for this row. */
  name: (row: T) => string;
  content: (row: T) => ReactNode;
}

export type Marks = Record<`data-${string}`, string | boolean>;

export interface ListProps<T extends object> {
  label: string;
  rows: readonly T[];
  /** Must be a stable function: the rows' model is built from it. */
  rowId: (row: T) => string;
  detail?: Detail<T>;
  /** Data attributes of a row: what styles, tests and its glow go by. */
  marks?: (row: T) => Marks;
  /** The last rows came into view: more history is wanted. Must be stable. */
  onEnd?: () => void;
  onScrolled?: (away: boolean) => void;
  /** What is shown may be out of date: it greys out and stays. */
  stale?: boolean;
}
