/** The tools that are built. One line here makes a tool reachable by navigation, by `g` jump and in the palette. */

import { Activity, BrainCircuit, Gauge, Webhook, Zap } from "lucide-react";
import { lazy } from "react";

import type { Tool } from "../components/tool";

/** Reachable by their address alone, where the server serves it (COMPONENTS_PAGE). */
export const unlisted: readonly Pick<Tool, "path" | "Page">[] = [{ path: "/_components", Page: lazy(() => import("./components/ComponentsPage")) }];

export const tools: readonly Tool[] = [
  { path: "/ml-dashboard", name: "ML hub", icon: BrainCircuit, jump: "m", Page: lazy(() => import("./ml/MlPage")) },
  { path: "/signals", name: "Live signals", short: "Signals", icon: Zap, jump: "s", Page: lazy(() => import("./signals/SignalsPage")) },
  { path: "/webhooks", name: "Webhook health", short: "Webhooks", icon: Webhook, jump: "w", Page: lazy(() => import("./webhooks/WebhooksPage")) },
  { path: "/activity", name: "Activity", icon: Activity, jump: "a", Page: lazy(() => import("./activity/ActivityPage")) },
  { path: "/system", name: "System", icon: Gauge, jump: "y", Page: lazy(() => import("./system/SystemPage")) },
];
