/** One look for every drop-down menu, from plain data. Loaded when the first menu is opened. */

import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import type { MenuAction, MenuChoice } from "./MenuButton";

interface Props {
  label: string;
  trigger: ReactNode;
  choices: readonly MenuChoice[];
  actions: readonly MenuAction[];
  note: string;
}

export default function Menu({ label, trigger, choices, actions, note }: Props) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger className="quiet" aria-label={label || undefined} title={label || undefined}>
        {trigger}
      </DropdownMenu.Trigger>
      {/* No portal: in the header the menu stays inside a landmark. */}
      <DropdownMenu.Content align="end" sideOffset={6} collisionPadding={8} className="panel z-50 min-w-52 p-1 text-muted">
        {choices.map((choice) => (
          <Choice key={choice.title} choice={choice} />
        ))}
        {actions.map((action) => (
          <DropdownMenu.Item key={action.label} className="menu-item" onSelect={action.run}>
            <action.icon size={14} aria-hidden />
            {action.label}
          </DropdownMenu.Item>
        ))}
        {note !== "" && <p className="px-2.5 py-1.5 text-[11px] text-faint">{note}</p>}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

function Choice({ choice }: { choice: MenuChoice }) {
  return (
    <DropdownMenu.RadioGroup value={choice.value} onValueChange={choice.choose}>
      <DropdownMenu.Label className="label px-2.5 pt-2 pb-1">{choice.title}</DropdownMenu.Label>
      {choice.options.map(([key, name]) => (
        <DropdownMenu.RadioItem key={key} value={key} className="menu-item" onSelect={(event) => event.preventDefault()}>
          <span className="w-4">
            <DropdownMenu.ItemIndicator>
              <Check size={14} aria-hidden />
            </DropdownMenu.ItemIndicator>
          </span>
          {name}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
