/** Keeps how one person sees the desk the same in all their browsers: chosen here it is saved, chosen elsewhere it is shown here. */

import { isRecord } from "../connection/envelope";
import { choose } from "./chosen";
import { desk } from "./desk";
import { preferences, readPreferences, whenPreferred, type Preferences } from "./preferences";

const KEY = "display";

/** What follows the person; sound stays with the browser, because it belongs to the room that it stands in. */
function shared({ theme, palette, clock, density, shortcuts }: Preferences) {
  return { theme, palette, clock, density, shortcuts };
}

export function keepDisplay(save: typeof choose = choose): void {
  let saving = 0;
  desk.subscribe((now, before) => {
    const value = now.chosen.get(KEY);
    // What is being saved here is newer than what comes in: an echo of the choice before it would flash.
    if (value === before.chosen.get(KEY) || saving > 0 || !isRecord(value)) return;
    preferences.setState(shared(readPreferences(value)));
  });
  whenPreferred((now) => {
    saving += 1;
    save(KEY, shared(now))
      // Offline the choice holds in this browser; the next one is saved whole.
      .catch(() => undefined)
      .finally(() => {
        saving -= 1;
      });
  });
}
