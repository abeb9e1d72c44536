/** What the System page asks the server beside what the link brings: clients, dead letters, jobs, and the first figures. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import type { Connection, Connections } from "../../connection/api";
import { ask } from "../../connection/ask";
import { ApiError } from "../../connection/http";
import type { SystemHealthUpdate } from "../../events";
import { desk, useDesk } from "../../state/desk";
import { clientsOf } from "./clientsOf";

const CLIENTS_MS = 2_000;
/** So many are asked for less often: each is a line of the answer. */
const MANY = 200;
const MANY_MS = 10_000;
/** While one is being tried again its end is waited for. */
const ASKED_MS = 1_000;
const LETTERS_MS = 15_000;

/** The figures that the server tells next may be seconds away: the page asks for the first itself. */
export function useFirstFigures(): { error: unknown; retry: () => void } {
  const query = useQuery({
    queryKey: ["system-health"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => ask("GET /api/system/health", { signal }),
  });
  const { data } = query;
  useEffect(() => {
    if (data !== undefined && desk.getState().health === null) desk.setState({ health: { told: data, at: Date.now() } });
  }, [data]);
  return { error: query.error, retry: () => void query.refetch() };
}

/** null where this access may not see who is connected. */
export function useConnections() {
  return useQuery<Connections | null>({
    queryKey: ["connections"],
    refetchInterval: ({ state }) => ((state.data?.items.length ?? 0) > MANY ? MANY_MS : CLIENTS_MS),
    queryFn: ({ signal }) =>
      clientsOf(desk.getState().health?.told.process ?? undefined, () => ask("GET /api/connections", { signal })).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 403) return null;
        throw error;
      }),
  });
}

/** Whether these are the clients of another web than the one whose figures the page shows. */
export function anothers(found: Connections, told: SystemHealthUpdate | undefined): boolean {
  return told !== undefined && told.process !== null && found.process !== told.process;
}

/** How many clients came by which way, as the server's figures name them. */
export function counted(rows: readonly Connection[]): Record<string, number> {
  const ways: Record<string, number> = { websocket: 0, polling: 0, ws: 0 };
  for (const { kind, transport } of rows) {
    const way = kind === "ws" ? kind : (transport ?? kind);
    ways[way] = (ways[way] ?? 0) + 1;
  }
  return ways;
}

/** The server's figures as last told; who is connected is asked for more often, and the newer of the two counts. */
export function useFigures(): SystemHealthUpdate | null {
  const health = useDesk((now) => now.health);
  const { data, dataUpdatedAt } = useConnections();
  if (health === null || !data || dataUpdatedAt < health.at || anothers(data, health.told)) return health?.told ?? null;
  return { ...health.told, sockets: { ...health.told.sockets, ...counted(data.items) } };
}

export function useDeadLetters() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["dead-letters"],
    queryFn: ({ signal }) => ask("GET /api/dead-letters", { signal }),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === "asked") ? ASKED_MS : LETTERS_MS),
  });
  const retry = async (letter_id: string): Promise<void> => {
    await ask("POST /api/dead-letters/{letter_id}/retry", { path: { letter_id } });
    await client.invalidateQueries({ queryKey: ["dead-letters"] });
  };
  return { query, retry };
}

/** The jobs that ran before this page was opened are asked for; how they go on comes by the link. */
export function useJobs() {
  const live = useDesk((now) => now.jobs);
  const query = useQuery({ queryKey: ["jobs"], staleTime: Number.POSITIVE_INFINITY, queryFn: ({ signal }) => ask("GET /api/jobs", { signal }) });
  const known = new Map((query.data?.items ?? []).map((one) => [one.job, one]));
  for (const [id, one] of live) known.set(id, one);
  return [...known.values()].sort((a, b) => b.started_at.localeCompare(a.started_at));
}
