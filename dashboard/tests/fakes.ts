/** A road under the test's hand, and facts to send down it. */

import type { Envelope, Position } from "../src/connection/envelope";
import type { Handlers, OpenRoad } from "../src/connection/transport";

export interface FakeRoad {
  kind: "socket" | "poll";
  position: Position | null;
  handlers: Handlers;
  acks: number[];
  closed: boolean;
}

export class Roads {
  readonly opened: FakeRoad[] = [];

  open(kind: FakeRoad["kind"]): OpenRoad {
    return (position, handlers) => {
      const road: FakeRoad = { kind, position, handlers, acks: [], closed: false };
      this.opened.push(road);
      return {
        ack: (seq) => void road.acks.push(seq),
        close: () => {
          road.closed = true;
        },
      };
    };
  }

  get last(): FakeRoad {
    const road = this.opened.at(-1);
    if (road === undefined) throw new Error("no road was opened");
    return road;
  }

  get kinds(): string {
    return this.opened.map((road) => road.kind).join(" ");
  }
}

export function fact(seq: number, type = "event", data: Record<string, unknown> = {}): Envelope {
  return { epoch: "e1", seq, id: `f${seq}`, type, source: "test", level: "INFO", message: "", timestamp: "2026-01-07T14:31:45.000Z", data };
}

export function passing(type: string, data: Record<string, unknown>): Envelope {
  return { id: "p", type, source: "test", level: "INFO", message: "", timestamp: "2026-01-07T14:31:45.000Z", data };
}
