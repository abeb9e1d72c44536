/** A button whose menu is fetched at the first click: menus weigh more than the rest of the bar, and few are opened. */

import type { LucideIcon } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";

const Menu = lazy(() => import("./Menu"));

export interface MenuChoice {
  title: string;
  value: string;
  options: readonly (readonly [string, string])[];
  choose: (value: string) => void;
}

export interface MenuAction {
  label: string;
  icon: LucideIcon;
  run: () => void;
}

/** A choice whose values stay typed: what is chosen is one of the options, or nothing happens. */
export function choice<T extends string>(title: string, value: T, options: readonly (readonly [T, string])[], choose: (value: T) => void): MenuChoice {
  return {
    title,
    value,
    options,
    choose: (chosen) => {
      const option = options.find(([key]) => key === chosen);
      if (option) choose(option[0]);
    },
  };
}

interface Props {
  /** The button's name where its content has no words; empty where it has. */
  label: string;
  children: ReactNode;
  choices: readonly MenuChoice[];
  actions?: readonly MenuAction[];
  note?: string;
}

export function MenuButton({ label, children, choices, actions = [], note = "" }: Props) {
  const [used, setUsed] = useState(false);
  const plain = (
    <button type="button" className="quiet" aria-haspopup="menu" aria-expanded={false} aria-label={label || undefined} title={label || undefined} onClick={() => setUsed(true)}>
      {children}
    </button>
  );
  if (!used) return plain;
  return (
    <Suspense fallback={plain}>
      <Menu label={label} trigger={children} choices={choices} actions={actions} note={note} />
    </Suspense>
  );
}
