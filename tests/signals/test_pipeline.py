"""The pipeline's promises: links, batches, exits that always act, verdicts whose reasons are the path taken."""

from datetime import timedelta

import orjson
import pytest

from events.clock import now_utc
from signals.handler import TABLE
from tests.signals.desk import Desk, codes, entry, told


def test_the_table_names_what_triggers() -> None:
    """Only alerts trigger the pipeline; what it stores itself, or a stranger publishes, triggers nothing."""
    assert set(TABLE) == {("signal_received", "desk"), ("signal_received", "external")}


def test_an_entry_gets_one_prediction_and_one_verdict(desk: Desk) -> None:
    """Facts in order: received, prediction, update; the row carries score, size, reasons and timings."""
    desk.model.answer = told(0.63, starter=True)
    signal = desk.decide(entry())
    assert [f.type for f in desk.facts()] == ["signal_received", "ml_prediction_update", "signal_update"]
    assert (signal["verdict"], signal["quantity"], signal["status"]) == ("take", 1.0, "accepted")
    assert (signal["probability"], signal["model_id"]) == (0.63, "a-model")
    assert {"parse_ms", "commit_ms", "queue_ms", "score_ms", "size_ms"} <= set(signal["timings"])
    assert signal["seq"] == 1
    prediction = desk.facts("ml_prediction_update")[0].data
    assert (prediction["kind"], prediction["signal_id"], prediction["starter"]) == ("signal_score", signal["id"], True)


def test_the_update_is_the_row(desk: Desk) -> None:
    """`signal_update.data` and the stored row are the same thing."""
    signal = desk.decide(entry())
    told_row = desk.facts("signal_update")[-1].data
    assert {key: signal[key] for key in told_row} == told_row


def test_updates_and_exits_find_their_entry_by_reference(desk: Desk) -> None:
    """An update raises the entry's MFE, an exit closes it; both are recorded and folded into it."""
    opened = desk.send(entry(signal_id="t1"))
    desk.send({"type": "MFE_UPDATE", "signal_id": "t1", "mfe_R": 1.2, "symbol": "MNQ1!"})
    left = desk.send({"type": "EXIT_TARGET", "signal_id": "t1", "exit_price": 21630.25, "symbol": "MNQ1!"})
    desk.work()
    signal = desk.signal(opened)
    assert (signal["status"], signal["mfe_r"], signal["outcome_r"]) == ("closed", 1.2, 2.0)
    assert [child["kind"] for child in signal["children"]] == ["update", "exit"]
    assert desk.signal(left)["parent_id"] == opened
    assert desk.signal(left)["status"] == "recorded"


@pytest.mark.parametrize("batch", [1, 2, 64])
def test_two_updates_in_one_batch_both_count(desk: Desk, batch: int) -> None:
    """The batch's size does not change the outcome: the second update sees what the first did."""
    opened = desk.send(entry(signal_id="t1"))
    for mfe, mae in ((2.0, 0.1), (0.5, 0.7)):
        desk.send({"type": "MFE_UPDATE", "signal_id": "t1", "mfe_R": mfe, "mae_R": mae, "symbol": "MNQ1!"})
    desk.work(batch)
    signal = desk.signal(opened)
    assert (signal["mfe_r"], signal["mae_r"]) == (2.0, 0.7)


def test_facts_of_one_batch_do_not_change_each_other(desk: Desk) -> None:
    """The entry's first update shows it accepted although the same batch closed it."""
    desk.send(entry(signal_id="t1"))
    desk.send({"type": "EXIT", "signal_id": "t1", "exit_price": 21630.25, "symbol": "MNQ1!"})
    desk.work()
    assert [f.data["status"] for f in desk.facts("signal_update")] == ["accepted", "recorded", "closed"]


def test_an_exit_without_an_entry_is_recorded_and_says_so(desk: Desk) -> None:
    """Nothing is lost when the entry was never received."""
    signal = desk.decide({"type": "EXIT_STOP", "signal_id": "nobody", "symbol": "MNQ1!"})
    assert (signal["status"], signal["parent_id"]) == ("recorded", None)
    assert "entry_not_found" in codes(signal)


def test_an_exit_that_came_first_forbids_its_entry(desk: Desk) -> None:
    """Order of arrival is not promised: the late entry is skipped, and takes up what came before it."""
    early = desk.send({"type": "EXIT_STOP", "signal_id": "t1", "symbol": "MNQ1!"})
    desk.work()
    signal = desk.decide(entry(signal_id="t1"))
    assert (signal["verdict"], signal["reasons"][0]["code"]) == ("skip", "exit_came_first")
    assert desk.signal(early)["parent_id"] == signal["id"]
    assert "linked_late" in codes(desk.signal(early))


def test_an_update_links_to_the_entry_before_it_only(desk: Desk) -> None:
    """In one batch: update, then entry; the update is adopted by the entry, once."""
    first = desk.send({"type": "MFE_UPDATE", "signal_id": "t1", "mfe_R": 0.4, "symbol": "MNQ1!"})
    opened = desk.send(entry(signal_id="t1"))
    desk.work()
    assert desk.signal(opened)["mfe_r"] == 0.4
    assert desk.signal(opened)["verdict"] == "take"
    assert [child["id"] for child in desk.signal(opened)["children"]] == [first]


def test_a_reference_belongs_to_its_source(desk: Desk) -> None:
    """Two sources may use the same ids; their trades never mix."""
    desk.sources.save("other", "test")
    opened = desk.send(entry(signal_id="t1"))
    body = b'{"type": "EXIT", "signal_id": "t1", "symbol": "MNQ1!"}'
    desk.intake.publish("other", body)
    desk.work()
    assert desk.signal(opened)["status"] == "accepted"


def test_a_position_gone_flat_closes_the_live_entry_of_its_symbol(desk: Desk) -> None:
    """A strategy's exit carries no reference: source and symbol find the newest live entry."""
    opened = desk.send({"ticker": "MNQ1!", "action": "buy", "price": 100, "market_position": "long"})
    other = desk.send({"ticker": "MES1!", "action": "buy", "price": 100, "market_position": "long"})
    desk.work()
    left = desk.decide({"ticker": "MNQ1!", "action": "sell", "price": 110, "market_position": "flat"})
    assert left["kind"] == "exit"
    assert left["parent_id"] == opened
    assert (desk.signal(opened)["status"], desk.signal(other)["status"]) == ("closed", "accepted")


def test_a_reversal_is_an_entry_that_ends_the_other_side(desk: Desk) -> None:
    """Long to short: the long is closed, the short has its own verdict."""
    opened = desk.send({"ticker": "MNQ1!", "action": "buy", "price": 25000, "market_position": "long"})
    turned = desk.send(
        {
            "ticker": "MNQ1!", "action": "sell", "price": 25100,
            "market_position": "short", "prev_market_position": "long",
        }
    )  # fmt: skip
    desk.work()
    assert desk.signal(turned)["intent"] == "reverse"
    assert (desk.signal(turned)["verdict"], desk.signal(turned)["side"]) == ("take", "sell")
    assert (desk.signal(opened)["status"], codes(desk.signal(opened))[-1]) == ("closed", "reversed")


def test_a_stale_entry_is_scored_and_sized_then_skipped(desk: Desk) -> None:
    """`stale` binds, the status is `expired`, and the size's path is still shown."""
    signal = desk.decide(entry(timenow="2026-01-07T14:31:45Z"))
    assert signal["freshness"] == "stale"
    assert (signal["verdict"], signal["quantity"], signal["status"]) == ("skip", 0.0, "expired")
    assert codes(signal)[0] == "stale"
    assert "fixed_fraction" in codes(signal)
    assert desk.model.asked == 1


def test_a_stale_exit_acts(desk: Desk) -> None:
    """However old: an exit closes its entry."""
    opened = desk.send(entry(signal_id="t1"))
    desk.send({"type": "EXIT", "signal_id": "t1", "symbol": "MNQ1!", "timenow": "2020-01-07T14:31:45Z"})
    desk.work()
    assert desk.signal(opened)["status"] == "closed"


def test_exits_never_ask_the_model(desk: Desk) -> None:
    """Updates, exits, heartbeats and infos are handled without a score."""
    for body in ({"type": "EXIT", "signal_id": "x", "symbol": "A"}, {"type": "heartbeat"}, "hello there"):
        desk.send(body)
    desk.work()
    assert desk.model.asked == 0


def test_a_hung_model_holds_up_a_batch_once(desk: Desk) -> None:
    """Ten entries and an exit behind them: the model's deadline is waited for about once, not ten times."""
    desk.model.answer, desk.model.seconds = told(reason="model_timeout"), 0.3
    for n in range(10):
        desk.send(entry(comment=str(n)))
    left = desk.send({"type": "EXIT", "signal_id": "x", "symbol": "A"})
    desk.work()
    assert desk.model.asked <= 3
    assert desk.signal(left)["status"] == "recorded"
    assert {f.data["reason"] for f in desk.facts("ml_prediction_update")} == {"model_timeout"}


def test_a_delayed_feed_is_told(desk: Desk) -> None:
    """The verdict stands; the note says that the price is late."""
    signal = desk.decide(entry(exchange="CME_MINI_DL"))
    assert signal["verdict"] == "take"
    assert "delayed_feed" in codes(signal)


def test_a_restart_handles_nothing_twice(desk: Desk) -> None:
    """What was handled before is behind the cursor; the past that features need is read from the tables."""
    desk.decide(entry(comment="1"))
    before = len(desk.facts())
    desk.work()
    assert len(desk.facts()) == before


def test_a_test_alert_is_never_taken_for_a_real_one(desk: Desk) -> None:
    """A real exit does not close a test's entry, and a test does not enter the past that features read."""
    tried = desk.decide(entry(test=True))
    assert "test_alert" in codes(tried)
    left = desk.decide({"ticker": "MNQ1!", "action": "sell", "price": 110, "market_position": "flat"})
    assert left["parent_id"] is None
    assert desk.signal(tried["id"])["status"] == "accepted"


def test_a_reference_does_not_join_a_test_to_a_real_trade(desk: Desk) -> None:
    """A test's exit leaves the real entry of the same reference alone."""
    real = desk.decide(entry(trade_id="T-1"))
    left = desk.decide({"trade_id": "T-1", "event": "EXIT", "ticker": "MNQ1!", "price": 110, "test": True})
    assert left["kind"] == "exit"
    assert left["parent_id"] is None
    assert desk.signal(real["id"])["status"] == "accepted"


def order(action: str, after: str, before: str, price: float, **more: object) -> dict[str, object]:
    """An alert of a strategy with TradingView's position placeholders."""
    told = {"action": action, "market_position": after, "prev_market_position": before, "price": price}
    return {"symbol": "MNQ1!", **told, **more}


def test_a_strategys_exit_order_closes_the_entry_it_does_not_name(desk: Desk) -> None:
    """`{{strategy.order.id}}` of an exit is the exit order's own name; the flat position says what it ends."""
    opened = desk.send(order("buy", "long", "flat", 21450.0, order_id="Long"))
    left = desk.send(order("sell", "flat", "long", 21540.0, order_id="Close entry(s) order Long"))
    desk.work()
    assert (desk.signal(opened)["status"], desk.signal(opened)["outcome_r"]) == ("closed", 1.0)
    assert desk.signal(left)["parent_id"] == opened


def test_a_flat_position_closes_every_entry_of_a_pyramid(desk: Desk) -> None:
    """Nothing is held afterwards, so nothing stays live."""
    first = desk.send(order("buy", "long", "flat", 21450.0))
    second = desk.send(order("buy", "long", "long", 21460.0, market_position_size=2, prev_market_position_size=1))
    desk.send(order("sell", "flat", "long", 21540.0))
    desk.work()
    assert [desk.signal(id)["status"] for id in (first, second)] == ["closed", "closed"]


def test_closing_a_long_never_ends_a_short(desk: Desk) -> None:
    """`exit_long` that arrives after the next short's entry leaves that short alone."""
    opened = desk.send(entry(action="sell", side=None, price=21450.0, stop=21500.0, target=None))
    left = desk.send({"symbol": "MNQ1!", "action": "exit_long", "price": 21440.0})
    desk.work()
    assert (desk.signal(opened)["status"], desk.signal(left)["parent_id"]) == ("accepted", None)


def test_an_order_name_links_within_its_symbol_only(desk: Desk) -> None:
    """A strategy on two charts calls both its orders `Long`; the exit of one never closes the other."""
    one = desk.send(order("buy", "long", "flat", 21450.0, id="Long"))
    other = desk.send({**order("buy", "long", "flat", 6000.0, id="Long"), "symbol": "MES1!"})
    desk.send(order("sell", "flat", "long", 21540.0, id="Long"))
    desk.work()
    assert (desk.signal(one)["status"], desk.signal(other)["status"]) == ("closed", "accepted")


def test_an_exit_of_long_ago_does_not_forbid_an_entry_of_its_name(desk: Desk) -> None:
    """Only an exit that overtook its entry forbids it; yesterday's exit of the same order name does not."""
    exits = {"symbol": "MNQ1!", "event": "EXIT", "id": "Long", "price": 21000.0}
    yesterday = now_utc() - timedelta(days=1)
    desk.intake.backfill("tradingview", orjson.dumps(exits), content_type=None, query={}, received_at=yesterday)
    desk.work()
    opened = desk.send(entry(id="Long"))
    desk.work()
    assert desk.signal(opened)["verdict"] == "take"


@pytest.mark.parametrize("field", [{"test": "no"}, {"test": "false"}, {"backfilled": True}])
def test_a_sender_cannot_set_the_desks_own_marks(desk: Desk, field: dict[str, object]) -> None:
    """`"test": "no"` is a real alert, and only the desk says that something was backfilled."""
    signal = desk.decide(entry(**field))
    assert (signal["verdict"], signal["status"]) == ("take", "accepted")
    assert not {"test_alert", "backfilled"} & set(codes(signal))


def test_a_reversal_tells_how_the_other_side_went(desk: Desk) -> None:
    """The reversing order's price is where the position before it ended."""
    opened = desk.send(order("buy", "long", "flat", 21450.0))
    desk.send(order("sell", "short", "long", 21540.0))
    desk.work()
    assert (desk.signal(opened)["status"], desk.signal(opened)["outcome_r"]) == ("closed", 1.0)


@pytest.mark.parametrize("late", [{"market_position": "flat"}, {"market_position": "short"}])
def test_yesterdays_exit_found_today_leaves_todays_entry_alone(desk: Desk, late: dict[str, object]) -> None:
    """A backfilled exit or reversal concerns what was held when it fired, not what was opened since."""
    opened = desk.send(entry())
    body = orjson.dumps(order("sell", "", "long", 21000.0) | late)
    yesterday = now_utc() - timedelta(days=1)
    answer = desk.intake.backfill("tradingview", body, content_type=None, query={}, received_at=yesterday)
    desk.work()
    assert answer.status == 200
    assert desk.signal(opened)["status"] == "accepted"
