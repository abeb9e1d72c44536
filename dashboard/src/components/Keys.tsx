/** A key or a sequence of keys, drawn as keys. */

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="flex gap-1">
      {keys.split(" ").map((key) => (
        <kbd key={key} className="figure min-w-5 rounded border border-line bg-ground px-1 text-center text-[11px] text-muted">
          {key}
        </kbd>
      ))}
    </span>
  );
}
