/** Narrowing the feed by type, source, symbol, level, text and expression; each choice goes into the address. */

import { Regex, X } from "lucide-react";
import { useState, type ReactNode } from "react";

import { Choose } from "../../components/Choose";
import { PickMany } from "../../components/PickMany";
import { SearchField } from "../../components/SearchField";
import { isFiltered, LEVELS, NO_FILTERS, toggled, type Filters } from "./filters";
import { TYPES, typeSign } from "./words";

interface Props {
  filters: Filters;
  sources: readonly string[];
  symbols: readonly string[];
  /** Why the server refused the expression. */
  refused: string | null;
  onChange: (filters: Filters) => void;
  /** What else stands in this line. */
  children?: ReactNode;
}

const types = TYPES.map((type) => {
  const { name, icon: Icon } = typeSign(type);
  return { value: type, label: name, icon: <Icon size={13} aria-hidden className="shrink-0 text-faint" /> };
});
const levels = LEVELS.map((level) => ({ value: level, label: level.toLowerCase() }));

export function FilterBar({ filters, sources, symbols, refused, onChange, children }: Props) {
  const [expression, setExpression] = useState(filters.regex !== "");
  const set = (change: Partial<Filters>): void => onChange({ ...filters, ...change });
  const typed = expression ? filters.regex : filters.q;
  const other = types.every((one) => filters.types.every((type) => type !== one.value)) ? filters.types.map((type) => ({ value: type, label: typeSign(type).name })) : [];
  return (
    <div role="search" aria-label="Filter activity" className="flex flex-wrap items-center gap-2 max-[719px]:fade-end max-[719px]:-mx-4 max-[719px]:w-screen max-[719px]:flex-nowrap max-[719px]:pl-4 max-[719px]:pb-0.5">
      <div className="flex shrink-0">
        <SearchField
          key={`${expression ? "regex" : "text"} ${typed}`}
          label={expression ? "Expression" : "Text"}
          value={typed}
          onType={(words) => set(expression ? { regex: words, q: "" } : { q: words, regex: "" })}
          invalid={refused}
          wide
        />
        <button
          type="button"
          className="control -ml-px px-1.5"
          data-on={expression}
          aria-pressed={expression}
          aria-label="Regular expression"
          title="Read what is typed as a regular expression (RE2)"
          onClick={() => {
            setExpression(!expression);
            set(expression ? { q: filters.regex, regex: "" } : { regex: filters.q, q: "" });
          }}
        >
          <Regex size={14} aria-hidden />
        </button>
      </div>
      <PickMany label="Types" options={[...types, ...other]} picked={filters.types} onPick={(type) => set({ types: toggled(filters.types, type) })} />
      <PickMany label="Levels" options={levels} picked={filters.levels} onPick={(level) => set({ levels: toggled(filters.levels, level) })} />
      <Choose label="Source" value={filters.source} options={sources} onChoose={(source) => set({ source })} />
      <Choose label="Symbol" value={filters.symbol} options={symbols} onChoose={(symbol) => set({ symbol })} />
      {isFiltered(filters) && (
        <button
          type="button"
          className="quiet shrink-0"
          onClick={() => {
            setExpression(false);
            onChange(NO_FILTERS);
          }}
        >
          <X size={13} aria-hidden />
          Clear
        </button>
      )}
      {children}
    </div>
  );
}
