/** Says on every page that the market is simulated; the server writes it into the page, so it stands there offline too. */

export const DEMO = document.documentElement.dataset["demo"] === "yes";

export function DemoBadge() {
  if (!DEMO) return null;
  return (
    <span title="A simulated market: nothing here is real" className="rounded border border-warn px-1.5 py-px max-[479px]:mr-1 max-[479px]:px-1 text-[11px] font-semibold tracking-wider text-warn">
      DEMO
    </span>
  );
}
