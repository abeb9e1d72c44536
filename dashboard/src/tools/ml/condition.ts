/** The model's health light: how far its word counts, and what to do where it does not. */

import type { ModelNow } from "../../connection/api";
import type { Glow } from "../../state/freshness";

export interface Condition {
  glow: Glow;
  text: string;
  todo?: string;
}

const RETRAIN = "Train one from bars of your market: python -m ml.train --bars FILE --out FOLDER, then set MODEL_PATH and MODEL_SHA256 and restart.";

export function condition(model: ModelNow): Condition {
  switch (model.status) {
    case "missing":
      return { glow: "bad", text: "No model is loaded: signals are sized without one.", todo: RETRAIN };
    case "training":
      return { glow: "unknown", text: "The starter model is being trained; signals are sized without one until then." };
    case "refused":
      return { glow: "bad", text: model.text ?? "The model was refused.", todo: `Reason ${model.reason ?? "unknown"}. Put a model that fits, or remove MODEL_PATH and restart.` };
    case "starter":
      return { glow: "warn", text: "Starter, not for trading: its probability is shown, but neither vetoes nor scales a size.", todo: RETRAIN };
    case "champion":
      if (model.reason === "breaker_open") {
        return { glow: "bad", text: "Resting after several failures in a row (BREAKER_FAILURES); it is tried again after BREAKER_SECONDS.", todo: "If this stays, see the log for the model’s error, or set another by MODEL_PATH and MODEL_SHA256." };
      }
      return doubtful(model) ?? { glow: "good", text: "In use: it vetoes and scales sizes." };
  }
}

/** A champion whose own figures say little deserves a warning, not a green light. */
function doubtful(model: ModelNow): Condition | null {
  if (model.figures === null) return null;
  const { ece, skill } = model.figures;
  if (skill.low <= 0) return { glow: "warn", text: "In use, but its skill over the base rate is not certain.", todo: "More outcomes make the interval narrower; compare with the base rate before trusting it." };
  if (ece.value > ece.null_95) return { glow: "warn", text: "In use, but its probabilities are off by more than chance explains.", todo: "Train it again with newer outcomes." };
  return null;
}
