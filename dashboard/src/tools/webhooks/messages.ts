/** Messages ready to paste, and what they look like once TradingView has filled them in. The same file is tested on the server's parser. */

import offered from "./templates.json";

export interface Template {
  id: string;
  name: string;
  /** Whose convention it is. */
  who: string;
  /** What fires it: a strategy's orders, an indicator's condition, a script's alert() calls. */
  when: string;
  text: string;
  note: string;
}

export interface BuilderField {
  name: string;
  label: string;
  quoted: boolean;
  strategy: string | null;
  indicator: string | null;
  /** Can't be left out. */
  always: boolean;
  /** Chosen to begin with. */
  on: boolean;
  note: string;
}

export type AlertKind = "strategy" | "indicator";

export const TEMPLATES: readonly Template[] = offered.templates;
export const FIELDS: readonly BuilderField[] = offered.fields;
const SAMPLES: Readonly<Record<string, string>> = offered.samples;

export interface Part {
  text: string;
  placeholder: boolean;
}

/** A text cut at its placeholders, so that they can be drawn apart. */
export function parts(text: string): Part[] {
  return text
    .split(/(\{\{.+?\}\})/)
    .filter((part) => part !== "")
    .map((part) => ({ text: part, placeholder: part.startsWith("{{") }));
}

/** As TradingView would send it now; a placeholder without a sample stays. */
export function filled(text: string, now: number): string {
  const moment = `${new Date(now).toISOString().slice(0, 19)}Z`;
  return text.replaceAll(/\{\{(.+?)\}\}/g, (whole, name: string) => (name === "timenow" ? moment : (SAMPLES[name] ?? whole)));
}

/** The message of the chosen fields: strict JSON as soon as its placeholders are filled. `side` is an indicator's. */
export function built(kind: AlertKind, chosen: ReadonlySet<string>, side: "buy" | "sell"): string {
  const lines = FIELDS.flatMap((field) => {
    const value = field.name === "side" && kind === "indicator" ? side : field[kind];
    if (value === null || !(field.always || chosen.has(field.name))) return [];
    return [`  "${field.name}": ${field.quoted ? `"${value}"` : value}`];
  });
  return `{\n${lines.join(",\n")}\n}`;
}
