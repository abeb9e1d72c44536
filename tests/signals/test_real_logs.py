"""Two real alert-log exports through the whole path, with the counts that they must give."""

import csv
import json
import time
from collections import Counter

from tests.signals.desk import TOKEN, Desk
from tests.support.real_data import LOGS, found


def test_both_real_logs(desk: Desk) -> None:
    """1,530 accepted, 0 duplicates, 117 entries, 88 linked exits, at least 100 sized entries."""
    answers: Counter[str] = Counter()
    for name in LOGS:
        with found(name).open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in reversed(rows):
            answer = desk.intake.accept(
                path_token=TOKEN,
                body=row["Description"].encode(),
                content_type="application/json; charset=utf-8",
                query={"symbol": row["Ticker"].split(",")[0]},
                received_ns=time.time_ns(),
            )
            answers[answer.body.get("status", str(answer.status))] += 1
    desk.work()
    assert answers == {"accepted": 1530}
    counts = desk.journal.query(
        "SELECT kind, COUNT(*) AS n, SUM(CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END) AS linked "
        "FROM signals GROUP BY kind"
    )
    kinds = {row["kind"]: (row["n"], row["linked"]) for row in counts}
    assert kinds["entry"] == (117, 0)
    assert kinds["exit"][1] == 88
    updates = [fact.data for fact in desk.facts("signal_update")]
    decided = {row["id"]: row for row in updates if row["kind"] == "entry"}
    assert sum((row["quantity"] or 0) > 0 for row in decided.values()) >= 100
    left = desk.journal.query("SELECT COUNT(*) AS n FROM signals WHERE status = 'received'")
    assert left == [{"n": 0}]


def test_every_labelled_sample_is_answered_and_decided(desk: Desk) -> None:
    """Valid bodies are accepted, the rest is accepted after repair or refused with a reason; none is left behind."""
    for line in found("tradingview_samples.jsonl").read_text().splitlines():
        sample = json.loads(line)
        answer = desk.post(sample["body"])
        wanted = (200,) if sample["expect"]["valid"] else (200, 400, 413, 422)
        assert answer.status in wanted, sample["id"]
    desk.work()
    assert desk.journal.query("SELECT COUNT(*) AS n FROM signals WHERE status = 'received'") == [{"n": 0}]
