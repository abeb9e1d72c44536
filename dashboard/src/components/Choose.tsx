/** A drop-down of plain words, with nothing chosen as its own name. */

export interface Option {
  value: string;
  label: string;
}

interface Props {
  /** Also what is shown while nothing is chosen. */
  label: string;
  value: string;
  /** Words, or words with a name of their own. A value that is not among them is listed first. */
  options: readonly (string | Option)[];
  onChoose: (value: string) => void;
  /** Without it one of the options must always stand. */
  optional?: boolean;
  /** As wide as its place. */
  wide?: boolean;
}

export function Choose({ label, value, options, onChoose, optional = true, wide = false }: Props) {
  const all = options.map((one) => (typeof one === "string" ? { value: one, label: one } : one));
  const listed = value === "" || all.some((one) => one.value === value) ? all : [{ value, label: value }, ...all];
  return (
    <select className={`control shrink-0 ${wide ? "w-full" : "max-w-36"}`} aria-label={label} data-on={optional && value !== ""} value={value} onChange={(event) => onChoose(event.target.value)}>
      {optional && <option value="">{label}</option>}
      {listed.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  );
}
