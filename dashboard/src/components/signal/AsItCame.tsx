/** An alert's text as the server received it, without its secret: text, never markup. */

export function AsItCame({ raw }: { raw: string | null }) {
  if (raw === null || raw === "") return null;
  return (
    <div>
      <h2 className="label mb-1">As it came</h2>
      <pre
        // Long alerts scroll inside, so the keyboard must reach them.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label="Alert text as it came"
        className="figure max-h-44 overflow-auto rounded border border-line bg-ground px-3 py-2 break-all whitespace-pre-wrap text-muted"
      >
        {raw}
      </pre>
    </div>
  );
}
