/** A few choices of which one stands, side by side. */

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}

export function Segmented<T extends string>({ label, value, options, onChoose }: Props<T>) {
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex rounded border border-line bg-raised p-px">
      {options.map(([key, name]) => (
        <label key={key} className="segment" data-on={key === value}>
          <input type="radio" className="sr-only" name={label} value={key} checked={key === value} onChange={() => onChoose(key)} />
          {name}
        </label>
      ))}
    </div>
  );
}
