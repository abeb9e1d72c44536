/** What the shell needs to know of a tool: tools that are not built are simply not in the list. */

import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";

export interface Tool {
  path: string;
  name: string;
  /** Where there is little room. */
  short?: string;
  icon: LucideIcon;
  /** The second key of its `g` jump. */
  jump: string;
  /** Addresses inside it that the palette leads to from anywhere, each with its name. */
  places?: readonly (readonly [path: string, name: string])[];
  Page: ComponentType;
  /** Fetches its script ahead of its first use. */
  fetch: () => Promise<unknown>;
}
