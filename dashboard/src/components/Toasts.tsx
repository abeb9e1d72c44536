/** Where `toast()` shows: at the foot of the page, out of the way of figures. Fetched with the first toast. */

import { lazy, Suspense } from "react";

import { useToasts } from "../state/toasts";

const ToastList = lazy(() => import("./ToastList"));

export function Toasts() {
  const any = useToasts().length > 0;
  if (!any) return null;
  return (
    <Suspense fallback={null}>
      <ToastList />
    </Suspense>
  );
}
