/** The bar that never leaves: freshness, time, the palette and how the desk looks. */

import { CircleUser, Command as CommandIcon, LogOut, SunMoon } from "lucide-react";

import { ask } from "../connection/ask";
import { useDesk } from "../state/desk";
import { clock, day, utc, zoneName } from "../state/format";
import { useNow } from "../state/now";
import { prefer, usePreference } from "../state/preferences";
import { DEMO, DemoBadge } from "./Demo";
import { Lights } from "./Lights";
import { choice, MenuButton } from "./MenuButton";

export function TopBar({ onPalette }: { onPalette: () => void }) {
  return (
    <header className="hairline-b flex h-10 shrink-0 items-center gap-3 bg-raised px-3 max-[719px]:gap-1 max-[719px]:px-2.5">
      <a href="/ml-dashboard" className="flex items-center gap-2 pr-1 font-semibold tracking-tight text-text max-[719px]:hidden">
        <Mark />
        Signal Desk
      </a>
      <DemoBadge />
      <Lights />
      <div className="flex-1" />
      {/* A demo's own badge takes its place on the narrowest phones, which show the time themselves. */}
      <div className={DEMO ? "max-[479px]:hidden" : ""}>
        <Clock />
      </div>
      <button type="button" className="quiet max-[719px]:hidden" onClick={onPalette} aria-label="Command palette" title="Command palette (Ctrl K)">
        <CommandIcon size={14} aria-hidden />
        <span className="figure">K</span>
      </button>
      <Look />
      <User />
    </header>
  );
}

function Mark() {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden fill="none" strokeLinecap="round" strokeWidth="2">
      <path d="M2 14V9" className="stroke-faint" />
      <path d="M6 14V5" className="stroke-faint" />
      <path d="M10 14V8" className="stroke-faint" />
      <path d="M14 14V2" className="stroke-accent" />
    </svg>
  );
}

function Clock() {
  const zone = usePreference("clock");
  const now = useNow();
  return (
    <MenuButton
      label=""
      choices={[
        choice(
          "Times are shown in",
          zone,
          [
            ["exchange", "Exchange time (New York)"],
            ["local", "Local time"],
            ["utc", "UTC"],
          ],
          (chosen) => prefer({ clock: chosen }),
        ),
      ]}
    >
      <time dateTime={new Date(now).toISOString()} title={`${day(now, zone)} · ${utc(now)}`} className="flex items-baseline gap-1.5">
        <span className="figure text-[13px] text-text">
          {clock(now, zone).slice(0, 5)}
          <span className="max-[719px]:hidden">{clock(now, zone).slice(5)}</span>
        </span>
        <span className="label max-[719px]:hidden">{zoneName(zone)}</span>
        <span className="sr-only">Choose the time zone</span>
      </time>
    </MenuButton>
  );
}

function Look() {
  const theme = usePreference("theme");
  const palette = usePreference("palette");
  const density = usePreference("density");
  const choices = [
    choice(
      "Theme",
      theme,
      [
        ["dark", "Dark"],
        ["light", "Paper"],
      ],
      (chosen) => prefer({ theme: chosen }),
    ),
    choice(
      "Gain and loss",
      palette,
      [
        ["default", "Teal and coral"],
        ["colour-blind", "Blue and orange"],
        ["red-up", "Red up, green down"],
      ],
      (chosen) => prefer({ palette: chosen }),
    ),
    choice(
      "Rows",
      density,
      [
        ["compact", "Compact"],
        ["comfortable", "Comfortable"],
      ],
      (chosen) => prefer({ density: chosen }),
    ),
  ];
  return (
    <MenuButton label="Look" choices={choices}>
      <SunMoon size={15} aria-hidden />
    </MenuButton>
  );
}

function User() {
  const shortcuts = usePreference("shortcuts");
  const version = useDesk((desk) => desk.version);
  const keys = choice(
    "Single-key shortcuts",
    shortcuts ? "on" : "off",
    [
      ["on", "On"],
      ["off", "Off"],
    ],
    (chosen) => prefer({ shortcuts: chosen === "on" }),
  );
  return (
    <MenuButton
      label="You"
      choices={[keys]}
      actions={[{ label: "Sign out", icon: LogOut, run: () => void signOut() }]}
      note={version === "" ? "" : `Version ${version}`}
    >
      <CircleUser size={15} aria-hidden />
    </MenuButton>
  );
}

async function signOut(): Promise<void> {
  await ask("DELETE /api/session").catch(() => null);
  location.assign("/login");
}
