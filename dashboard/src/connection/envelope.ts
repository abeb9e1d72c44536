/** What arrives on the wire, whichever way it came: one envelope, and answers that carry positions. */

export interface Position {
  epoch: string;
  seq: number;
}

export interface Envelope {
  id: string;
  type: string;
  source: string;
  /** Missing on what only passes. */
  origin?: string;
  level: string;
  message: string;
  timestamp: string;
  data: Record<string, unknown>;
  epoch?: string | null;
  seq?: number | null;
  symbol?: string | null;
}

/** The full state that a joining client gets; what is inside is read by `state/`. */
export interface Snapshot extends Position {
  [part: string]: unknown;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isEnvelope(value: unknown): value is Envelope {
  return isRecord(value) && typeof value["type"] === "string" && isRecord(value["data"]);
}

/** A snapshot comes bare from HTTP and inside an envelope from Socket.IO. */
export function asSnapshot(value: unknown): Snapshot | null {
  const inner = isEnvelope(value) ? value.data : value;
  if (!isRecord(inner) || typeof inner["epoch"] !== "string" || typeof inner["seq"] !== "number") return null;
  return inner as Snapshot;
}
