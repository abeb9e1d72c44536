/** Narrowing the list: each choice goes into the address. */

import { X } from "lucide-react";

import { Choose } from "../../components/Choose";
import { SearchField } from "../../components/SearchField";
import { filterQuery, isFiltered, NO_FILTERS, readFilters, SIDES, STATUSES, VERDICTS, type Filters } from "./filters";

interface Props {
  filters: Filters;
  symbols: readonly string[];
  onChange: (filters: Filters) => void;
}

export function FilterBar({ filters, symbols, onChange }: Props) {
  const set = (change: Partial<Filters>): void => onChange({ ...filters, ...change });
  return (
    <div role="search" aria-label="Filter signals" className="flex items-center gap-2 max-[719px]:fade-end max-[719px]:-mx-4 max-[719px]:w-screen max-[719px]:pl-4 max-[719px]:pb-0.5">
      <Choose label="Verdict" value={filters.verdict} options={VERDICTS} onChoose={(verdict) => set({ verdict })} />
      <Choose label="Symbol" value={filters.symbol} options={symbols} onChoose={(symbol) => set({ symbol })} />
      <Choose label="Side" value={filters.side} options={SIDES} onChoose={(side) => set({ side })} />
      <Choose label="Status" value={filters.status} options={STATUSES} onChoose={(status) => set({ status })} />
      <SearchField key={filterQuery({ ...NO_FILTERS, q: filters.q })} label="Text" value={filters.q} onType={(q) => set({ q })} />
      {isFiltered(filters) && (
        <button type="button" className="quiet" onClick={() => onChange(readFilters(""))}>
          <X size={13} aria-hidden />
          Clear
        </button>
      )}
    </div>
  );
}
