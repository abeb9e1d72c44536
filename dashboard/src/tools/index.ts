/** The tools that are built. One line here makes a tool reachable by navigation, by `g` jump and in the palette. */

import { Activity, Webhook, Zap } from "lucide-react";
import { lazy } from "react";

import type { Tool } from "../components/tool";

export const tools: readonly Tool[] = [
  { path: "/signals", name: "Live signals", icon: Zap, jump: "s", Page: lazy(() => import("./signals/SignalsPage")) },
  { path: "/webhooks", name: "Webhook health", icon: Webhook, jump: "w", Page: lazy(() => import("./webhooks/WebhooksPage")) },
  { path: "/activity", name: "Activity", icon: Activity, jump: "a", Page: lazy(() => import("./activity/ActivityPage")) },
];
