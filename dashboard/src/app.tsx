/** Chooses the tool that the address names, and keeps a fault in one tool from taking the frame with it. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Component, Suspense, type ReactNode } from "react";

import { Shell } from "./components/Shell";
import { ApiError } from "./connection/http";
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

class Fence extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <p role="alert" className="p-4 text-muted">
        <span className="text-error">This tool stopped.</span> Nothing is lost: <a href={location.pathname} className="text-accent underline">load it again</a>.
      </p>
    );
  }
}

export function App() {
  const path = usePath();
  const tool = [...tools, ...unlisted].find((one) => path === one.path || path.startsWith(`${one.path}/`)) ?? tools[0];
  return (
    <QueryClientProvider client={queries}>
      <Shell tools={tools}>
        <Fence key={tool?.path}>
          <Suspense fallback={<p className="p-4 text-muted">Loading…</p>}>{tool && <tool.Page />}</Suspense>
        </Fence>
      </Shell>
    </QueryClientProvider>
  );
}
