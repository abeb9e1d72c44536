/** One subject on a page: a name, what is done about it, and its content on raised ground. */

import { useId, type ReactNode } from "react";

/** How many of the page's twelve columns it takes; below 1,024 px narrow ones take half, on a phone all take the whole. */
export type Span = 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;

interface Props {
  title: string;
  /** A quiet word beside the name: how many, since when. */
  note?: ReactNode;
  actions?: ReactNode;
  span?: Span;
  /** Lists and tables reach the card's edges. */
  flush?: boolean;
  stale?: boolean;
  children: ReactNode;
}

export function Card({ title, note, actions, span = 12, flush = false, stale = false, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="panel flex min-w-0 flex-col" data-span={span}>
      <div className="flex min-h-9 items-center gap-2 px-4 pt-1.5">
        {/* A file's name may be longer than a phone is wide: the note goes first, then its end, and never what can be done. */}
        <h2 id={id} title={title} className="min-w-0 truncate font-semibold">
          {title}
        </h2>
        {note !== undefined && (
          <span className="min-w-0 shrink-[99] truncate text-faint" title={typeof note === "string" ? note : undefined}>
            {note}
          </span>
        )}
        {actions !== undefined && <div className="ml-auto flex shrink-0 items-center gap-1">{actions}</div>}
      </div>
      <div className={`flex min-h-0 flex-1 flex-col ${flush ? "pt-1" : "px-4 pt-1.5 pb-4"} ${stale ? "stale" : ""}`}>{children}</div>
    </section>
  );
}
