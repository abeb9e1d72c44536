/** Asks before what can't be undone, and for nothing else. */

import { lazy, Suspense } from "react";

const ConfirmDialog = lazy(() => import("./ConfirmDialog"));

export interface ConfirmProps {
  open: boolean;
  title: string;
  /** What will happen, and what will not. */
  text: string;
  /** The verb on the button. */
  action: string;
  /** A word that must be typed first. */
  typed?: string;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm({ open, ...rest }: ConfirmProps) {
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmDialog {...rest} />
    </Suspense>
  );
}
