/** Narrowing the list: each choice goes into the address. */

import { X } from "lucide-react";
import { useEffect, useState } from "react";

import { filterQuery, isFiltered, NO_FILTERS, readFilters, SIDES, STATUSES, VERDICTS, type Filters } from "./filters";

const TYPING_MS = 250;

interface Props {
  filters: Filters;
  symbols: readonly string[];
  onChange: (filters: Filters) => void;
}

export function FilterBar({ filters, symbols, onChange }: Props) {
  const set = (change: Partial<Filters>): void => onChange({ ...filters, ...change });
  return (
    <div role="search" aria-label="Filter signals" className="flex items-center gap-2 max-[719px]:-mx-4 max-[719px]:w-screen max-[719px]:overflow-x-auto max-[719px]:px-4 max-[719px]:pb-0.5">
      <Choice label="Verdict" value={filters.verdict} options={VERDICTS} onChoose={(verdict) => set({ verdict })} />
      <Choice label="Symbol" value={filters.symbol} options={symbols} onChoose={(symbol) => set({ symbol })} />
      <Choice label="Side" value={filters.side} options={SIDES} onChoose={(side) => set({ side })} />
      <Choice label="Status" value={filters.status} options={STATUSES} onChoose={(status) => set({ status })} />
      <Text key={filterQuery({ ...NO_FILTERS, q: filters.q })} value={filters.q} onType={(q) => set({ q })} />
      {isFiltered(filters) && (
        <button type="button" className="quiet" onClick={() => onChange(readFilters(""))}>
          <X size={13} aria-hidden />
          Clear
        </button>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly string[];
  onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  const listed = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <select className="control shrink-0" aria-label={label} data-on={value !== ""} value={value} onChange={(event) => onChoose(event.target.value)}>
      <option value="">{label}</option>
      {listed.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

function Text({ value, onType }: { value: string; onType: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => onType(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onType]);
  return (
    <input
      type="search"
      className="control w-40 cursor-text! placeholder:text-faint max-[719px]:w-28 max-[719px]:shrink-0"
      aria-label="Text"
      placeholder="Text"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      data-filter="text"
    />
  );
}
