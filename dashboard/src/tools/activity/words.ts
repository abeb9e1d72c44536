/** The names and signs of what happens on the desk. */

import {
  Activity,
  AlertTriangle,
  ArrowLeftRight,
  Bell,
  BrainCircuit,
  CircleDollarSign,
  CircleX,
  ClipboardList,
  GitCommitHorizontal,
  History,
  Info,
  MessageSquare,
  Radar,
  Radio,
  RadioTower,
  Scale,
  Settings2,
  Shapes,
  Sparkles,
  Workflow,
  Zap,
  type LucideIcon,
} from "lucide-react";

import type { EventData } from "../../events";
import { kindOf, type ActivityFact } from "../../state/activity";

interface Sign {
  name: string;
  icon: LucideIcon;
}

const SIGNS: Partial<Record<keyof EventData, Sign>> & Record<string, Sign | undefined> = {
  signal_received: { name: "signal received", icon: Zap },
  signal_rejected: { name: "signal refused", icon: CircleX },
  signal_update: { name: "signal update", icon: GitCommitHorizontal },
  signal_gap_alert: { name: "source gap", icon: RadioTower },
  ml_prediction_update: { name: "score", icon: Sparkles },
  ml_model_update: { name: "model", icon: BrainCircuit },
  pattern_detected: { name: "pattern", icon: Shapes },
  llm_decision: { name: "agent decision", icon: MessageSquare },
  alert: { name: "alert", icon: Bell },
  event: { name: "script line", icon: Activity },
  error: { name: "failure", icon: AlertTriangle },
  source_update: { name: "source changed", icon: Radio },
  settings_update: { name: "setting changed", icon: Settings2 },
  backfill_complete: { name: "backfill", icon: History },
};

/** The eight kinds of an activity line. */
export const KIND_SIGNS: Record<string, Sign> = {
  scan: { name: "scan", icon: Radar },
  strategy: { name: "strategy", icon: Workflow },
  order: { name: "order", icon: ClipboardList },
  profit: { name: "profit", icon: CircleDollarSign },
  rebalance: { name: "rebalance", icon: Scale },
  info: { name: "info", icon: Info },
  warning: { name: "warning", icon: AlertTriangle },
  error: { name: "error", icon: CircleX },
};

/** A type by its name; one that this page does not know yet keeps its own. */
export function typeSign(type: string): Sign {
  return SIGNS[type] ?? { name: type.replaceAll("_", " "), icon: ArrowLeftRight };
}

export const TYPES: readonly string[] = Object.keys(SIGNS);

/** What a row is called: an activity line by its kind, all else by its type. */
export function sign(fact: ActivityFact): Sign {
  return KIND_SIGNS[kindOf(fact) ?? ""] ?? typeSign(fact.type);
}

export const LEVEL_COLOUR: Record<string, string> = {
  DEBUG: "text-faint",
  INFO: "text-muted",
  WARNING: "text-warn",
  ERROR: "text-error",
  CRITICAL: "text-error font-semibold",
};

/** The signal that a fact is about, for a link to its journey. */
export function signalOf(fact: ActivityFact): string | null {
  const id = fact.type === "ml_prediction_update" ? fact.data["signal_id"] : fact.type.startsWith("signal_") ? fact.data["id"] : null;
  return typeof id === "string" ? id : null;
}

/** One line for a spreadsheet: time, level, type, source, symbol, message. */
export function tabbed(fact: ActivityFact): string {
  const cells = [fact.timestamp, fact.level, kindOf(fact) ?? fact.type, fact.source, fact.symbol ?? "", fact.message];
  // A spreadsheet would run a cell that begins like a formula.
  return cells.map((cell) => cell.replace(/[\t\r\n]+/g, " ").replace(/^[=+\-@]/, "'$&")).join("\t");
}
