/** The eight kinds of activity and the scripts that report them: who is active, what was its last word. */

import { Age } from "../../components/Age";
import { useDesk } from "../../state/desk";
import { KINDS, toggled, type Filters } from "./filters";
import { KIND_SIGNS } from "./words";

const SHOWN = 12;

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function Scripts({ filters, onChange }: Props) {
  const publishers = useDesk((desk) => desk.publishers);
  const newest = [...publishers.values()].sort((a, b) => b.seq - a.seq).slice(0, SHOWN);
  const set = (kinds: readonly string[]): void => {
    // Of the eight kinds only activity lines have one: all other types are left out while one is picked.
    const types = kinds.length > 0 ? ["event"] : filters.types.filter((type) => type !== "event");
    onChange({ ...filters, kinds, types });
  };
  return (
    <div className="hairline-b shrink-0">
      <div className="fade-end flex items-center gap-x-4 py-1 pl-2">
      <div role="group" aria-label="Kinds of activity" className="flex shrink-0 gap-0.5">
        {KINDS.map((kind) => {
          const { name, icon: Icon } = KIND_SIGNS[kind] ?? { name: kind, icon: () => null };
          const on = filters.kinds.includes(kind);
          return (
            <button key={kind} type="button" className={`quiet ${on ? "bg-accent-ground! text-accent!" : ""}`} aria-pressed={on} aria-label={`Only ${name}`} title={`Only ${name}`} onClick={() => set(toggled(filters.kinds, kind))}>
              <Icon size={14} aria-hidden />
              <span className="max-[1279px]:hidden">{name}</span>
            </button>
          );
        })}
      </div>
      {newest.length > 0 && (
        <ul aria-label="Sources that report" className="flex shrink-0 gap-1 border-l border-line pl-4">
          {newest.map((one) => (
            <li key={one.source}>
              <button
                type="button"
                className={`quiet ${filters.source === one.source ? "bg-accent-ground! text-accent!" : ""}`}
                aria-pressed={filters.source === one.source}
                title={`${one.active ? "Active" : "Not heard of lately"}. Last word: ${one.message}`}
                data-publisher={one.source}
                data-active={one.active}
                onClick={() => onChange({ ...filters, source: filters.source === one.source ? "" : one.source })}
              >
                <span aria-hidden className={`size-2 shrink-0 rounded-full border ${one.active ? "border-good bg-good" : "border-faint"}`} />
                <span className="max-w-40 truncate">{one.source}</span>
                <span className="text-faint">
                  <Age at={one.last_at} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      </div>
    </div>
  );
}
