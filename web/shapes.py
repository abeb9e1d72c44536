"""What the API answers, as models: OpenAPI shows them, the dashboard's client is made from them, a test holds every
answer against them. Fields that grow with what is measured stay open; all others are complete.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from events.types.passing import Open
from signals.rules import SizingRules
from web.choices import HighConfidence

# Marks a field that an answer may lack; the client's generator gives it a question mark.
MAY_LACK: JsonDict = {"x-may-lack": True}


class Answer(BaseModel):
    """Strict base: an answer says what is declared here, no less and no more."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=())


class Interval(Open):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Calibration(Open):
    """Expected calibration error, with what chance alone would give."""

    value: float
    null_mean: float
    null_95: float


class Reliability(Open):
    """One tenth of the judged samples: what was predicted, and how often it came true (0 to 1)."""

    predicted: float
    observed: float
    low: float
    high: float
    upto: float
    n: int


class Figures(Open):
    """How a model did on samples it had never seen."""

    n: int
    brier: Interval
    skill: Interval
    log_loss: Interval
    auc: Interval
    ece: Calibration
    reliability: list[Reliability]


class ModelNow(Answer):
    """The model in use; `reason` a code when it is neither champion nor starter, or rests."""

    id: str | None
    status: Literal["champion", "starter", "training", "refused", "missing"]
    starter: bool
    reason: str | None
    text: str | None
    trained_at: str | None
    n: int | None
    censored: int | None
    base_rate: float | None
    figures: Figures | None
    features: list[str] | None
    importance: Any
    label_rule: dict[str, Any] | None
    windows: dict[str, Any] | None
    note: str | None


class ModelEntry(Answer):
    """A model on the shelf with its whole card."""

    id: str
    sha256: str
    status: str
    card: dict[str, Any]
    created_at: str
    updated_at: str


class Models(Answer):
    items: list[ModelEntry]
    next: None
    current: ModelNow


class ScoreBin(Answer):
    """Signals whose probability lies from `low` to `high`; `taken` of them got a size."""

    low: float
    high: float
    n: int
    taken: int


class ScoreBand(Answer):
    """A band of confidence: its verdicts, and of those closed how many won and their mean in R."""

    low: float
    high: float
    n: int
    verdicts: dict[str, int]
    closed: int
    won: int
    mean_r: float | None


class Prediction(Open):
    """A scored entry, in the fields of its row."""

    id: str
    seq: int
    probability: float


class Strength(Answer):
    """What a feature added to recent scores: the mean of its absolute contributions in log odds."""

    feature: str
    mean_abs_log_odds: float


class Summary(Answer):
    """What the model in use said since `since`; `limited` when there were more entries than are read."""

    model: ModelNow
    importance: Any
    importance_note: str | None
    since: str
    entries: int
    scored: int
    limited: bool
    distribution: list[ScoreBin]
    bands: list[ScoreBand]
    unscored: dict[str, int]
    last: list[Prediction]
    strength: list[Strength]
    sizing: SizingRules
    high_confidence: HighConfidence


class Connection(Open):
    """One live client. Bytes and events since it came; `latency_ms` from a fact's sending to its word back."""

    id: str
    kind: str
    principal: str
    name: str
    since: str
    position: int | None
    queued_bytes: int
    latency_ms: float | None
    transport: str | None = Field(None, json_schema_extra=MAY_LACK)


class Connections(Open):
    """Those of the process that answers: with several webs each has its own."""

    process: str
    items: list[Connection]
    next: None


class DeadLetter(Answer):
    """A fact that a follower set aside after several tries."""

    id: str
    follower: str
    seq: int
    attempts: int
    error: str
    at: str
    state: Literal["waiting", "asked", "handled"]


class DeadLetters(Answer):
    items: list[DeadLetter]
    next: None


class StoredFact(Open):
    """A fact in the envelope in which everything travels."""

    epoch: str
    seq: int
    id: str
    type: str
    source: str
    origin: Literal["desk", "external"]
    level: str
    message: str
    timestamp: str
    symbol: str | None = Field(None, json_schema_extra=MAY_LACK)
    data: dict[str, Any]


class Activity(Answer):
    """`next` is the cursor of the older page, null at the journal's beginning."""

    items: list[StoredFact]
    next: str | None
    head: int
    epoch: str


class CountedStep(Answer):
    """How many facts of each level there were from `at` on, for a step's length."""

    at: str
    counts: dict[str, int]


class ActivityCounts(Answer):
    """`counted_from`: what lies before it was not counted; null: all was. Steps without a fact are left out."""

    since: str
    until: str
    step_s: int
    counted_from: str | None
    items: list[CountedStep]
    next: None
