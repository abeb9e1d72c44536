/** A tool's own frame: one head with its name, filters and actions, and a body that scrolls or fills. */

import { useEffect, type ReactNode } from "react";

import { useMedia } from "../state/media";
import { DEMO } from "./Demo";

interface Props {
  title: string;
  /** Filters and switches, beside the name. */
  controls?: ReactNode;
  /** What can be done, at the right. */
  actions?: ReactNode;
  /** Below this width of the window, pixels, filters take the line under the name and the actions. */
  stackBelow?: number;
  /** A list fills the height and scrolls by itself; cards scroll as a whole. */
  fill?: boolean;
  children: ReactNode;
}

export function Page({ title, controls, actions, stackBelow = 720, fill = false, children }: Props) {
  const stacked = useMedia(`(max-width: ${stackBelow - 1}px)`);
  useEffect(() => {
    document.title = `${DEMO ? "DEMO · " : ""}${title} · Signal Desk`;
  }, [title]);
  return (
    <>
      <div className="hairline-b flex min-h-11 shrink-0 flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2">
        <h1 className="text-[14px] font-semibold">{title}</h1>
        {controls !== undefined && <div className={stacked ? "order-last w-full" : ""}>{controls}</div>}
        {actions !== undefined && <div className="ml-auto flex items-center gap-2">{actions}</div>}
      </div>
      {fill ? (
        <div className="relative flex min-h-0 flex-1 flex-col">{children}</div>
      ) : (
        // Scrolled by keyboard too, also where nothing in it can be focused.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div tabIndex={0} role="region" aria-label={title} className="min-h-0 flex-1 overflow-y-auto outline-offset-[-2px]">
          <div className="card-grid">{children}</div>
        </div>
      )}
    </>
  );
}
