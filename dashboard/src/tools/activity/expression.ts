/** Regular expressions as the server reads them (RE2), tried on live facts in this browser where that is safe. */

/** Whether a text matches. */
export type Match = (text: string) => boolean;

/** Longer texts are cut before they are tried. */
const LONGEST = 4_096;

/** A repetition of something that itself repeats: a browser may take for ever over it, RE2 never does. */
const NESTED = /\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]/;
/** Repetitions that can divide one text among themselves in ever more ways. */
const MANY = 6;

/**
 * A test for live facts, or null when only the server can tell: when the browser reads the expression differently, or
 * not at all, or could be held up by it.
 */
export function browserMatch(regex: string): Match | null {
  if (NESTED.test(regex) || (regex.match(/[+*}]/g) ?? []).length > MANY || /\(\?[^:<]|\\[0-9]/.test(regex)) return null;
  try {
    const pattern = new RegExp(regex, "iu");
    return (text) => pattern.test(text.slice(0, LONGEST));
  } catch {
    // Not JavaScript's syntax; it may still be RE2's, and the server says so or refuses it with a reason.
    return null;
  }
}
