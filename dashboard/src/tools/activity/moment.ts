/** What a person types to jump to a time: a clock time, a date, or how long ago, in the zone that the page shows. */

import { EXCHANGE_ZONE, type ClockZone } from "../../state/format";

const UNITS_MS: Record<string, number> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^-?\s*(\d{1,5})\s*(s|m|min|h|d)(?:\s+ago)?$/i;
const CLOCK = /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?(?:[T ]+)?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/** Milliseconds since 1970, or null for what names no time. A clock time without a date is the last one that was. */
export function readMoment(typed: string, zone: ClockZone, now: number): number | null {
  const text = typed.trim();
  if (text === "") return null;
  const ago = AGO.exec(text);
  if (ago) return now - Number(ago[1]) * (UNITS_MS[(ago[2] ?? "s").toLowerCase()] ?? 1_000);
  if (/[Zz]$|[+-]\d{2}:\d{2}$/.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : at;
  }
  const found = CLOCK.exec(text);
  if (!found || (found[1] === undefined && found[4] === undefined)) return null;
  const [hour, minute, second] = [found[4], found[5], found[6]].map((part) => Number(part ?? 0)) as [number, number, number];
  if (hour > 23 || minute > 59 || second > 59) return null;
  if (found[1] !== undefined) {
    const day = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]), hour, minute, second);
    return Number.isNaN(day) || new Date(day).getUTCMonth() !== Number(found[2]) - 1 ? null : inZone(day, zone);
  }
  const here = now + offset(now, zone);
  const today = inZone(Math.floor(here / 86_400_000) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1_000, zone);
  return today <= now ? today : today - 86_400_000;
}

/** What the zone's clocks show more than UTC's at this time, milliseconds. */
function offset(at: number, zone: ClockZone): number {
  if (zone === "utc") return 0;
  if (zone === "local") return -new Date(at).getTimezoneOffset() * 60_000;
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: EXCHANGE_ZONE,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(at / 1_000) * 1_000;
}

/** The time at which the zone's clocks show what UTC's show at `shown`; twice, since the first guess may lie beyond a change of clocks. */
function inZone(shown: number, zone: ClockZone): number {
  const guess = shown - offset(shown, zone);
  return shown - offset(guess, zone);
}
