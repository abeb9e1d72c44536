/** Everything that can be done, by name. Loaded when first opened. */

import { Command } from "cmdk";
import { Dialog } from "radix-ui";

import { useCommandList } from "../state/commands";
import { Keys } from "./Keys";

/** Every word that was typed stands in the name: letters scattered over it are no match, and must not come first. */
function found(name: string, typed: string): number {
  return typed.toLowerCase().split(/\s+/).every((word) => name.toLowerCase().includes(word)) ? 1 : 0;
}

export default function Palette({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const commands = useCommandList();
  const groups = [...new Set(commands.map((one) => one.group))];
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-ground/70" />
        <Dialog.Content
          aria-describedby={undefined}
          className="panel fixed top-[12vh] left-1/2 z-50 w-[560px] max-w-[calc(100vw-24px)] -translate-x-1/2 overflow-hidden"
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <Command label="Commands" loop filter={found}>
            <Command.Input placeholder="What do you want to do?" className="hairline-b h-10 w-full bg-transparent px-4 outline-none placeholder:text-faint" />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-4 text-muted">Nothing by that name.</Command.Empty>
              {groups.map((group) => (
                <Command.Group key={group} heading={<span className="label block px-2.5 pt-2 pb-1">{group}</span>}>
                  {commands
                    .filter((one) => one.group === group)
                    .map((one) => (
                      <Command.Item
                        key={one.id}
                        value={`${one.label} · ${one.group}`}
                        className="menu-item text-muted"
                        onSelect={() => {
                          onOpenChange(false);
                          one.run();
                        }}
                      >
                        <span className="flex-1">{one.label}</span>
                        {one.keys !== undefined && <Keys keys={one.keys} />}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
