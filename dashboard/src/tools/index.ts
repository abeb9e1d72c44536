/** The tools that are built. One line here makes a tool reachable by navigation, by `g` jump and in the palette. */

import { Activity, BrainCircuit, Gauge, Webhook, Zap } from "lucide-react";
import { lazy, type ComponentType } from "react";

import type { Tool } from "../components/tool";

/** Reachable by their address alone, where the server serves it (COMPONENTS_PAGE). */
export const unlisted: readonly Pick<Tool, "path" | "Page">[] = [{ path: "/_components", Page: lazy(() => import("./components/ComponentsPage")) }];

type Told = Omit<Tool, "Page" | "fetch">;

const made = (told: Told, fetch: () => Promise<{ default: ComponentType }>): Tool => ({ ...told, fetch, Page: lazy(fetch) });

const INSIDE = {
  webhooks: [
    ["/webhooks/connect", "Connect TradingView: address and messages"],
    ["/webhooks/try", "Dry run: paste an alert"],
    ["/webhooks/backfill", "Backfill from an alert log"],
  ],
  activity: [["/activity?level=ERROR,CRITICAL", "Show only errors"]],
} as const;

export const tools: readonly Tool[] = [
  made({ path: "/ml-dashboard", name: "ML hub", icon: BrainCircuit, jump: "m" }, () => import("./ml/MlPage")),
  made({ path: "/signals", name: "Live signals", short: "Signals", icon: Zap, jump: "s" }, () => import("./signals/SignalsPage")),
  made({ path: "/webhooks", name: "Webhook health", short: "Webhooks", icon: Webhook, jump: "w", places: INSIDE.webhooks }, () => import("./webhooks/WebhooksPage")),
  made({ path: "/activity", name: "Activity", icon: Activity, jump: "a", places: INSIDE.activity }, () => import("./activity/ActivityPage")),
  made({ path: "/system", name: "System", icon: Gauge, jump: "y" }, () => import("./system/SystemPage")),
];
