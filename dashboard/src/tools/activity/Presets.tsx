/** Saved filters as a row of names: one click away, kept on the desk, the same in every browser. */

import { Bookmark, X } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { ApiError } from "../../connection/http";
import { toast } from "../../state/toasts";
import { filterQuery, isFiltered, type Filters } from "./filters";
import { savePresets, usePresets, type Preset } from "./saved";

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

/** A preset says what, never when. */
const timeless = (filters: Filters): string => filterQuery({ ...filters, since: "", until: "" });

export function Presets({ filters, onChange }: Props) {
  const presets = usePresets();
  const [naming, setNaming] = useState(false);
  const here = timeless(filters);
  const save = (all: readonly Preset[]): void => {
    savePresets(all).catch((error: unknown) => {
      const text = error instanceof ApiError ? `${error.message} ${error.hint}` : "The server can’t be reached.";
      toast({ key: "presets", title: "The preset was not saved", text, tone: "bad" });
    });
  };
  const add = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name");
    if (typeof name !== "string" || name.trim() === "") return;
    setNaming(false);
    save([...presets.filter((one) => one.name !== name.trim()), { name: name.trim(), filters }]);
  };
  const savable = isFiltered(filters) && here !== "" && !presets.some((one) => timeless(one.filters) === here);
  if (presets.length === 0 && !savable) return null;
  return (
    <div role="group" aria-label="Saved filters" className="flex flex-wrap items-center gap-1">
      {presets.map((one) => {
        const on = timeless(one.filters) === here;
        return (
          <span key={one.name} className={`inline-flex items-center rounded border ${on ? "border-accent text-accent" : "border-line text-muted"}`} data-preset={one.name}>
            <button type="button" className="h-6 px-2 hover:text-text" aria-pressed={on} onClick={() => onChange({ ...one.filters, since: filters.since, until: filters.until })}>
              {one.name}
            </button>
            {on && (
              <button type="button" className="flex h-6 items-center pr-1.5 hover:text-text" aria-label={`Forget ${one.name}`} title="Forget this preset" onClick={() => save(presets.filter((other) => other.name !== one.name))}>
                <X size={12} aria-hidden />
              </button>
            )}
          </span>
        );
      })}
      {savable && !naming && (
        <button type="button" className="quiet" onClick={() => setNaming(true)}>
          <Bookmark size={13} aria-hidden />
          Save this filter
        </button>
      )}
      {savable && naming && (
        <form onSubmit={add} className="flex gap-1">
          {/* The click that opened it was about typing here. */}
          {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
          <input autoFocus name="name" maxLength={40} aria-label="Name of the preset" placeholder="Name" className="control w-32 cursor-text!" onKeyDown={(event) => event.key === "Escape" && setNaming(false)} />
          <button type="submit" className="control control-primary">
            Save
          </button>
        </form>
      )}
    </div>
  );
}
