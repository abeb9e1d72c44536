/** The alert under trial, kept while one looks elsewhere: templates and the builder hand theirs over. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import { go } from "../../state/location";

const draft = createStore<{ body: string }>(() => ({ body: "" }));

export function useDraft(): string {
  return useStore(draft, (now) => now.body);
}

export function setDraft(body: string): void {
  draft.setState({ body });
}

/** Takes a text to the dry run. */
export function tryOut(body: string): void {
  setDraft(body);
  go("/webhooks/try");
}
