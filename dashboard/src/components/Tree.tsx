/** Data of any shape, readable: names and values, what lies inside folded away. All of it is text, never markup. */

import { isRecord } from "../connection/envelope";

/** A record of a thousand fields would be no reading; the raw copy has all of it. */
const SHOWN = 100;

export function Tree({ value, depth = 0 }: { value: unknown; depth?: number }) {
  const entries = Array.isArray(value) ? value.map((one: unknown, index) => [String(index + 1), one] as const) : Object.entries(isRecord(value) ? value : {});
  const told = entries.filter(([, inner]) => !isNothing(inner));
  const rest = entries.filter(([, inner]) => isNothing(inner)).map(([name]) => name);
  return (
    <ul className={depth === 0 ? "" : "border-l border-line pl-3"}>
      {told.slice(0, SHOWN).map(([name, inner]) => (
        <li key={name}>
          <Branch name={name} value={inner} depth={depth} />
        </li>
      ))}
      {told.length > SHOWN && <li className="text-faint">and {told.length - SHOWN} more</li>}
      {rest.length > 0 && <li className="mt-1 break-words text-faint">not told: {rest.slice(0, SHOWN).join(", ")}</li>}
    </ul>
  );
}

/** Thirty dashes below each other would hide what was told between them. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0);
}

function Branch({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  const count = Array.isArray(value) ? value.length : isRecord(value) ? Object.keys(value).length : 0;
  if (typeof value !== "object" || value === null || count === 0) {
    return (
      <div className="grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-3 py-px">
        <span className="text-muted">{name}</span>
        <Leaf value={value} />
      </div>
    );
  }
  return (
    <details open={depth < 1 && count <= 12}>
      <summary className="cursor-pointer py-px text-muted marker:text-faint">
        {name} <span className="text-faint">{Array.isArray(value) ? `${count} ${count === 1 ? "item" : "items"}` : `${count} ${count === 1 ? "field" : "fields"}`}</span>
      </summary>
      <Tree value={value} depth={depth + 1} />
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className="min-w-0 break-words whitespace-pre-wrap">{value === "" ? <span className="text-faint">empty</span> : value}</span>;
  return <span className="figure">{JSON.stringify(value)}</span>;
}
