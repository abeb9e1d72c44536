/** Points of a line as places in a box; unknown values break the line instead of being drawn through. */

export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  /** null is unknown. */
  value: number | null;
}

export interface Scale {
  x: (at: number) => number;
  y: (value: number) => number;
  /** The index of the point nearest to a place across. */
  nearest: (x: number) => number | null;
}

/** Room for the line's own width, pixels. */
const EDGE = 1.5;

export function scale(points: readonly Point[], width: number, height: number, floor: number | null): Scale {
  const values = points.flatMap((one) => (one.value === null ? [] : [one.value]));
  const from = points[0]?.at ?? 0;
  const span = Math.max(1, (points.at(-1)?.at ?? 0) - from);
  const low = floor === null ? Math.min(...values) : Math.min(floor, ...values);
  const high = Math.max(...values);
  const room = high - low || 1;
  const x = (at: number): number => round(((at - from) / span) * width);
  return {
    x,
    y: (value) => round(height - EDGE - ((value - low) / room) * (height - 2 * EDGE)),
    nearest: (place) => {
      let found: number | null = null;
      for (const [index, one] of points.entries()) {
        const best = found === null ? undefined : points[found];
        if (best === undefined || Math.abs(x(one.at) - place) < Math.abs(x(best.at) - place)) found = index;
      }
      return found;
    },
  };
}

/** One path for each unbroken run of known points; a lone point is a dot. */
export function lineParts(points: readonly Point[], place: Scale): string[] {
  const parts: string[] = [];
  let run = "";
  for (const { at, value } of points) {
    if (value === null) {
      if (run !== "") parts.push(run);
      run = "";
    } else {
      run += `${run === "" ? "M" : "L"}${place.x(at)} ${place.y(value)}`;
    }
  }
  if (run !== "") parts.push(run);
  return parts.map((one) => (one.includes("L") ? one : `${one}h0.01`));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
