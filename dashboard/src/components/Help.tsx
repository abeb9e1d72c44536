/** All keys that work here, from the same list that makes them work. */

import { Dialog } from "radix-ui";

import { useCommandList } from "../state/commands";
import { usePreference } from "../state/preferences";
import { Keys } from "./Keys";

export default function Help({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const commands = useCommandList().filter((one) => one.keys !== undefined);
  const on = usePreference("shortcuts");
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-ground/70" />
        <Dialog.Content className="panel fixed top-[12vh] left-1/2 z-50 w-[460px] max-w-[calc(100vw-24px)] -translate-x-1/2 p-4">
          <Dialog.Title className="font-semibold">Keys</Dialog.Title>
          <Dialog.Description className="mt-1 text-muted">
            {on ? "They can be switched off under “You”, at the top right." : "Single keys are switched off; Ctrl K still works. Switch them on under “You”."}
          </Dialog.Description>
          <dl className="mt-3 grid grid-cols-[1fr_auto] gap-y-1.5 text-muted">
            <dt>Command palette</dt>
            <dd>
              <Keys keys="Ctrl K" />
            </dd>
            {commands.map((one) => (
              <div key={one.id} className="contents">
                <dt>{one.label}</dt>
                <dd>
                  <Keys keys={one.keys ?? ""} />
                </dd>
              </div>
            ))}
          </dl>
          <Dialog.Close className="control mt-4">Close</Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
