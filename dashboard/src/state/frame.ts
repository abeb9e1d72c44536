/** Gathers events and commits them to the store once a frame, so that a burst costs one render, not hundreds. */

/** While the tab is hidden no frames come; then a slow timer keeps the gathered events few. */
const HIDDEN_MS = 1_000;

export class Frame<T> {
  private waiting: T[] = [];
  private scheduled = false;

  constructor(private readonly commit: (items: readonly T[]) => void) {}

  add(item: T): void {
    this.waiting.push(item);
    if (this.scheduled) return;
    this.scheduled = true;
    if (document.hidden) setTimeout(this.flush, HIDDEN_MS);
    else requestAnimationFrame(this.flush);
  }

  /** Commits what waits now: before a snapshot replaces it, and when the tab is hidden or shown again. */
  readonly flush = (): void => {
    this.scheduled = false;
    if (this.waiting.length === 0) return;
    const items = this.waiting;
    this.waiting = [];
    this.commit(items);
  };
}
