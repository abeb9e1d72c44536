/** The frame around every tool: top bar, navigation beside it (or below, on a phone), and the keys that work everywhere. */

import { Search } from "lucide-react";
import { lazy, Suspense, useMemo, useState, type MouseEvent, type ReactNode } from "react";

import { useCommands, type Command } from "../state/commands";
import { useDesk } from "../state/desk";
import { go, usePath } from "../state/location";
import { prefer, preferences } from "../state/preferences";
import { useHotkeys } from "./hotkeys";
import { ConnectionVoice } from "./Lights";
import { StaleNote } from "./States";
import type { Tool } from "./tool";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";

const Palette = lazy(() => import("./Palette"));
const Help = lazy(() => import("./Help"));

type Overlay = "palette" | "help" | null;

export function Shell({ tools, children }: { tools: readonly Tool[]; children: ReactNode }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const ended = useDesk((desk) => desk.link.phase === "ended");
  const lost = useDesk((desk) => desk.link.phase === "offline");
  const close = useMemo(() => (open: boolean) => !open && setOverlay(null), []);
  useCommands(useMemo(() => shellCommands(tools, () => setOverlay("help")), [tools]));
  useHotkeys(() => setOverlay((now) => (now === "palette" ? null : "palette")));
  return (
    <div className="flex h-full flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-lifted focus:p-2">
        Skip to content
      </a>
      <TopBar onPalette={() => setOverlay("palette")} />
      <ConnectionVoice />
      {ended && (
        <p role="alert" className="hairline-b bg-lifted px-4 py-2 text-error">
          The session has ended. <a href="/login" className="text-accent underline">Sign in again</a>.
        </p>
      )}
      {lost && <StaleNote>The desk can’t be reached: what you see is its last state. This page goes on by itself, and nothing is missed.</StaleNote>}
      <div className="flex min-h-0 flex-1">
        <SideNav tools={tools} />
        <main id="main" className="flex min-w-0 flex-1 flex-col" tabIndex={-1}>
          {children}
        </main>
      </div>
      <BottomBar tools={tools} onPalette={() => setOverlay("palette")} />
      <Toasts />
      <Suspense fallback={null}>
        {overlay === "palette" && <Palette onOpenChange={close} />}
        {overlay === "help" && <Help onOpenChange={close} />}
      </Suspense>
    </div>
  );
}

function shellCommands(tools: readonly Tool[], help: () => void): Command[] {
  return [
    ...tools.map((tool) => ({ id: tool.path, label: `Go to ${tool.name}`, group: "Go", keys: `g ${tool.jump}`, run: () => go(tool.path) })),
    ...tools.flatMap((tool) => (tool.places ?? []).map(([path, label]) => ({ id: path, label, group: tool.name, run: () => go(path) }))),
    {
      id: "theme",
      label: "Switch between dark and paper",
      group: "Look",
      keys: "t",
      run: () => prefer({ theme: preferences.getState().theme === "dark" ? "light" : "dark" }),
    },
    {
      id: "clock",
      label: "Next time zone: exchange, local, UTC",
      group: "Look",
      keys: "z",
      run: () => {
        const zones = ["exchange", "local", "utc"] as const;
        prefer({ clock: zones[(zones.indexOf(preferences.getState().clock) + 1) % zones.length] ?? "utc" });
      },
    },
    {
      id: "palette",
      label: "Next colours of gain and loss: teal, blue, red up",
      group: "Look",
      run: () => {
        const all = ["default", "colour-blind", "red-up"] as const;
        prefer({ palette: all[(all.indexOf(preferences.getState().palette) + 1) % all.length] ?? "default" });
      },
    },
    { id: "help", label: "Keys and help", group: "Help", keys: "?", run: help },
  ];
}

function isHere(path: string, tool: Tool): boolean {
  return path === tool.path || path.startsWith(`${tool.path}/`);
}

/** A plain click stays in the page; a click with a modifier opens a tab, as everywhere. */
function onLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(event.currentTarget.pathname);
}

function SideNav({ tools }: { tools: readonly Tool[] }) {
  const path = usePath();
  return (
    <nav aria-label="Tools" className="w-40 shrink-0 border-r border-line bg-raised py-2 max-[1199px]:w-12 max-[719px]:hidden">
      {tools.map((tool) => (
        <a
          key={tool.path}
          href={tool.path}
          onClick={onLink}
          title={`${tool.name} (g ${tool.jump})`}
          aria-current={isHere(path, tool) ? "page" : undefined}
          className="mx-1.5 flex h-7 items-center gap-2.5 rounded px-2.5 text-muted hover:bg-lifted hover:text-text aria-[current]:bg-lifted aria-[current]:text-text"
        >
          <tool.icon size={15} aria-hidden className="shrink-0" />
          <span className="max-[1199px]:sr-only">{tool.name}</span>
        </a>
      ))}
    </nav>
  );
}

function BottomBar({ tools, onPalette }: { tools: readonly Tool[]; onPalette: () => void }) {
  const path = usePath();
  const item = "flex h-12 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] text-muted aria-[current]:text-accent";
  return (
    <nav aria-label="Tools" className="hairline-t hidden shrink-0 bg-raised pb-[env(safe-area-inset-bottom)] max-[719px]:flex">
      {tools.map((tool) => (
        <a key={tool.path} href={tool.path} onClick={onLink} aria-current={isHere(path, tool) ? "page" : undefined} className={item}>
          <tool.icon size={18} aria-hidden />
          {tool.short ?? tool.name}
        </a>
      ))}
      <button type="button" className={item} onClick={onPalette}>
        <Search size={18} aria-hidden />
        Find
      </button>
    </nav>
  );
}
