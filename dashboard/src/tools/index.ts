/** The tools that are built. One line here makes a tool reachable by navigation, by `g` jump and in the palette. */

import { Activity, Zap } from "lucide-react";
import { lazy } from "react";

import type { Tool } from "../components/tool";

export const tools: readonly Tool[] = [
  { path: "/signals", name: "Live signals", icon: Zap, jump: "s", Page: lazy(() => import("./signals/SignalsPage")) },
  { path: "/activity", name: "Activity", icon: Activity, jump: "a", Page: lazy(() => import("./activity/ActivityPage")) },
];
