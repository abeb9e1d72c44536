/** The toasts themselves. */

import { X } from "lucide-react";
import { Toast } from "radix-ui";

import { dismissToast, useToasts } from "../state/toasts";

const LASTS_MS = 6_000;
const EDGE = { plain: "border-l-accent", warn: "border-l-warn", bad: "border-l-error" } as const;

export default function ToastList() {
  const toasts = useToasts();
  return (
    <Toast.Provider duration={LASTS_MS} swipeDirection="right" label="Notice">
      {toasts.map((one) => (
        <Toast.Root
          key={one.key}
          open
          type={one.tone === "bad" ? "foreground" : "background"}
          className={`panel flex items-start gap-3 border-l-2 bg-lifted px-3 py-2 ${EDGE[one.tone ?? "plain"]}`}
          onOpenChange={(open) => !open && dismissToast(one.key)}
        >
          <div className="min-w-0 flex-1">
            <Toast.Title className="font-semibold">{one.title}</Toast.Title>
            {one.text !== undefined && <Toast.Description className="text-muted">{one.text}</Toast.Description>}
          </div>
          {one.action && (
            <Toast.Action altText={one.action.label} className="quiet text-accent" onClick={one.action.run}>
              {one.action.label}
            </Toast.Action>
          )}
          <Toast.Close className="quiet -mr-2 px-1.5" aria-label="Close">
            <X size={13} aria-hidden />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-3 bottom-3 z-50 flex w-80 max-w-[calc(100vw-24px)] flex-col gap-2 max-[719px]:bottom-16" />
    </Toast.Provider>
  );
}
