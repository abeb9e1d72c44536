/** Chooses the tool that the address names, and keeps a fault in one tool from taking the frame with it. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Component, Suspense, useEffect, type ReactNode } from "react";

import { Shell } from "./components/Shell";
import { ApiError } from "./connection/http";
import { useDesk } from "./state/desk";
import { usePath } from "./state/location";
import { tools, unlisted } from "./tools";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // A refusal will be refused again; only an unreachable server is worth a second try.
      retry: (count, error) => count < 3 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

/** After what the first page asks for, milliseconds. */
const AHEAD_MS = 1_500;

/** Every tool's script is fetched once the desk is followed: they must open while it can't be reached, too. */
function useToolsAhead(live: boolean): void {
  useEffect(() => {
    if (!live) return undefined;
    const timer = setTimeout(() => {
      for (const one of tools) void one.fetch().catch(() => undefined); // opened later, it says so itself
    }, AHEAD_MS);
    return () => clearTimeout(timer);
  }, [live]);
}

interface FenceProps {
  live: boolean;
  children: ReactNode;
}

class Fence extends Component<FenceProps, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  /** A tool whose script could not be had opens as soon as the desk is back. */
  override componentDidUpdate(before: FenceProps): void {
    if (this.state.broken && this.props.live && !before.live) location.reload();
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    if (!this.props.live) {
      return (
        <p role="alert" className="p-4 text-muted">
          This tool was not loaded before the desk was lost. It opens here once the desk is back.
        </p>
      );
    }
    return (
      <p role="alert" className="p-4 text-muted">
        <span className="text-error">This tool stopped.</span> Nothing is lost: <a href={location.pathname} className="text-accent underline">load it again</a>.
      </p>
    );
  }
}

export function App() {
  const path = usePath();
  const live = useDesk((desk) => desk.link.phase === "live" || desk.link.phase === "polling");
  useToolsAhead(live);
  const tool = [...tools, ...unlisted].find((one) => path === one.path || path.startsWith(`${one.path}/`)) ?? tools[0];
  return (
    <QueryClientProvider client={queries}>
      <Shell tools={tools}>
        <Fence key={tool?.path} live={live}>
          <Suspense fallback={<p className="p-4 text-muted">Loading…</p>}>{tool && <tool.Page />}</Suspense>
        </Fence>
      </Shell>
    </QueryClientProvider>
  );
}
