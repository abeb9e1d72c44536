/** Numbers and times as a trader reads them: grouped, signed, with a unit, and unknown said as unknown. */

export const UNKNOWN = "–";
const MINUS = "−";
const GROUP = "\u202f";

function grouped(value: number, minimum: number, maximum: number): string {
  const text = Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: minimum, maximumFractionDigits: maximum });
  return (value < 0 ? MINUS : "") + text.replaceAll(",", GROUP);
}

/** A price as the alert carried it: at least two decimals, and small prices are never rounded away. */
export function price(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 1) return grouped(value, 2, 8);
  if (size === 0) return "0.00";
  return grouped(value, 2, Math.min(20, Math.ceil(-Math.log10(size)) + 5));
}

/** A number with its sign, a true minus and a fixed number of decimals. */
export function signed(value: number, decimals: number): string {
  const rounded = Number(value.toFixed(decimals));
  const sign = rounded > 0 ? "+" : rounded < 0 ? MINUS : "";
  return sign + Math.abs(rounded).toFixed(decimals);
}

/** A multiple of the risk taken, as `+0.4 R`. */
export function rMultiple(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : `${signed(value, Math.abs(value) < 10 ? 2 : 1)}${GROUP}R`;
}

/** Whole percent; the exact figure belongs in the hover. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : `${Math.round(value * 100)}${GROUP}%`;
}

export function exactPercent(value: number): string {
  return `${(value * 100).toFixed(2)}${GROUP}%`;
}

export function quantity(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : grouped(value, 0, 8);
}

/** A duration: 0.4 ms, 12 ms, 3.2 s, and from a minute on as an age. */
export function milliseconds(value: number): string {
  if (value < 1_000) return `${value < 10 ? value.toFixed(1) : Math.round(value)}${GROUP}ms`;
  return value < 60_000 ? `${(value / 1_000).toFixed(1)}${GROUP}s` : age(value);
}

/** An age in the largest unit that still says something: 12 s, 3 min, 5 h, 2 d. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}${GROUP}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}${GROUP}min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}${GROUP}h`;
  return `${Math.floor(seconds / 86_400)}${GROUP}d`;
}

export type ClockZone = "exchange" | "local" | "utc";
export const EXCHANGE_ZONE = "America/New_York";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: ClockZone, shape: "time" | "day" | "zone"): Intl.DateTimeFormat {
  const key = `${zone} ${shape}`;
  let found = formats.get(key);
  if (!found) {
    const timeZone = zone === "utc" ? "UTC" : zone === "exchange" ? EXCHANGE_ZONE : undefined;
    const options: Intl.DateTimeFormatOptions =
      shape === "time"
        ? { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }
        : shape === "day"
          ? { year: "numeric", month: "2-digit", day: "2-digit" }
          : { timeZoneName: "short" };
    found = new Intl.DateTimeFormat(shape === "day" ? "en-CA" : "en-GB", { ...options, ...(timeZone ? { timeZone } : {}) });
    formats.set(key, found);
  }
  return found;
}

/** 14:31:45 in the chosen zone. */
export function clock(at: number | string, zone: ClockZone): string {
  return format(zone, "time").format(new Date(at));
}

/** 2026-01-07 in the chosen zone. */
export function day(at: number | string, zone: ClockZone): string {
  return format(zone, "day").format(new Date(at));
}

/** The hover of every time: UTC to the millisecond. */
export function utc(at: number | string): string {
  return `${new Date(at).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

export function zoneName(zone: ClockZone): string {
  if (zone === "utc") return "UTC";
  if (zone === "exchange") return "NY";
  const part = format("local", "zone").formatToParts(new Date()).find((one) => one.type === "timeZoneName");
  return part?.value ?? "local";
}
