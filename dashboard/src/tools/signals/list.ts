/** What the table on a desk and the cards on a phone are both given. */

import type { SignalItem } from "../../state/desk";

export interface ListProps {
  rows: readonly SignalItem[];
  openId: string | null;
  onToggle: (id: string) => void;
  /** The last rows came into view: more history is wanted. */
  onEnd: () => void;
  onScrolled: (away: boolean) => void;
  stale: boolean;
}
