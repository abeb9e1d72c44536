"""Sizing's promises: docs/sizing.md's rules and worked examples, each with the reason it leaves."""

from dataclasses import replace
from typing import Any

import pytest

from signals.model_caps import edge_zero, kelly
from signals.plan import NoPlan, Plan, plan
from signals.rules import SizingRules
from signals.sizing import Sized, size
from tests.signals.desk import entry, told

FREE = SizingRules(cost_ticks=0.0)  # the worked examples are stated without costs
UNPROMOTED = told(reason="model_missing")


def row(**fields: Any) -> dict[str, Any]:
    given = entry(**fields)
    target = given.pop("target")
    return {"targets": [] if target is None else [target], "exchange": None, **given}


def planned(rules: SizingRules = FREE, features: dict[str, float] | None = None, **fields: Any) -> Plan:
    found = plan(row(**fields), features or {}, rules)
    assert isinstance(found, Plan), found
    return found


def sized(rules: SizingRules = FREE, score: Any = UNPROMOTED, **fields: Any) -> Sized:
    return size(planned(rules, **fields), score, rules, fields.get("volatility"))


def codes(found: Sized) -> list[str]:
    return [why["code"] for why in found.reasons]


@pytest.mark.parametrize(("symbol", "quantity"), [("NQ1!", 0), ("MNQ1!", 1)])
def test_worked_example_of_the_fixed_fraction(symbol: str, quantity: int) -> None:
    """E = 50,000, r = 0.5 %, stop 90 points: NQ 0 contracts, MNQ 1 (docs/sizing.md), with and without costs."""
    for rules in (FREE, SizingRules()):
        found = sized(rules, symbol=symbol)
        assert found.quantity == quantity
        assert found.verdict == ("take" if quantity else "skip")
    if not quantity:
        assert codes(found)[0] == "lot_zero"


def test_costs_count_in_the_fixed_fraction() -> None:
    """E·r / (distance · point value + costs): 250 / (10·2 + 0) = 12.5, with costs of 2 ticks 250 / 21 = 11.9."""
    near = {"stop": 21440.25}
    assert sized(FREE, **near).quantity == 12
    assert sized(SizingRules(), **near).quantity == 11


def test_an_exact_division_is_not_lost_to_binary_noise() -> None:
    """250 / (12.5 · 2) is 10 contracts, not 9.999…"""
    assert sized(FREE, stop=21437.75).quantity == 10


def test_a_missing_stop_comes_from_atr_rounded_outward() -> None:
    """Stop = k·ATR from the price, away from it to the next tick, and the reasons say so."""
    trade = planned(FREE, {"atr": 10.1}, stop=None, target=None)
    assert float(trade.stop) == 21430.0  # 21450.25 − 20.2 = 21430.05, outward to the tick
    assert {"stop_atr", "target_default"} == {why["code"] for why in trade.reasons}
    short = planned(FREE, {"atr": 10.1}, side="sell", stop=None, target=None)
    assert float(short.stop) == 21470.5


def test_a_missing_stop_without_atr_is_the_instruments_default() -> None:
    """MNQ's default is 90 points; the missing target is 2 R."""
    trade = planned(FREE, stop=None, target=None)
    assert float(trade.distance) == 90.0
    assert float(trade.targets[0]) == 21630.25
    assert trade.reward == pytest.approx(2.0)
    assert {why["code"] for why in trade.reasons} == {"stop_default", "target_default"}


def test_an_unknown_symbol_gets_a_stated_default() -> None:
    """Half a percent of the price, and a warning."""
    trade = planned(FREE, symbol="?ABC?", price=100.0, stop=None, target=None)
    assert float(trade.distance) == pytest.approx(0.5)
    assert trade.reasons[0]["code"] == "instrument_unknown"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"symbol": None}, "no_symbol"),
        ({"side": None}, "no_side"),
        ({"price": None}, "no_price"),
        ({"price": 0.0}, "no_price"),
        ({"stop": 21500.0}, "stop_wrong_side"),
        ({"side": "sell"}, "stop_wrong_side"),
    ],
)
def test_an_entry_that_can_not_be_planned_is_skipped(fields: dict[str, Any], code: str) -> None:
    """The binding reason stands first."""
    found = plan(row(**fields), {}, FREE)
    assert isinstance(found, NoPlan)
    verdict = size(found, UNPROMOTED, FREE)
    assert (verdict.verdict, verdict.quantity, codes(verdict)[0]) == ("skip", 0.0, code)


def test_a_target_on_the_losing_side_is_left_out() -> None:
    """The other targets stay, nearest first."""
    given = row(target=None)
    given["targets"] = [21630.25, 21400.0, 21540.25]
    found = plan(given, {}, FREE)
    assert isinstance(found, Plan)
    assert [float(target) for target in found.targets] == [21540.25, 21630.25]
    assert [why["code"] for why in found.reasons] == ["target_wrong_side"]


def test_a_tiny_price_survives() -> None:
    """8.21e-06 is planned on its own tick, not rounded to nothing."""
    trade = planned(FREE, symbol="PEPEUSDT", price=8.21e-06, stop=None, target=None)
    assert 0 < float(trade.stop) < 8.21e-06
    assert sized(FREE, symbol="PEPEUSDT", price=8.21e-06, stop=None, target=None).quantity > 0


def test_break_even_is_one_plus_c_over_one_plus_b() -> None:
    """b = 2, c = 0: one in three; b = 1, c = 0.1: 55 %."""
    assert edge_zero(2.0, 0.0) == pytest.approx(1 / 3)
    assert edge_zero(1.0, 0.1) == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("low", "quantity", "verdict", "code"),
    [
        (1 / 3 + 0.051, 12, "take", "edge_full"),
        (1 / 3 + 0.049, 6, "reduce", "edge_half"),
        (1 / 3 + 0.001, 6, "reduce", "edge_half"),
        (1 / 3 - 0.001, 0, "skip", "edge_negative"),
    ],
)
def test_edge_steps(low: float, quantity: int, verdict: str, code: str) -> None:
    """Full at FULL_EDGE or more, half at 0 or more, else skip; on the cautious bound."""
    found = sized(FREE, told(low), stop=21440.25, target=21470.25)
    assert (found.quantity, found.verdict) == (quantity, verdict)
    assert code in codes(found)
    if verdict == "skip":
        assert codes(found)[0] == code


def test_half_of_one_contract_is_a_skip_bound_by_the_edge() -> None:
    """Half of 1.4 MNQ is below one lot: the edge binds, and the lot is named too."""
    found = sized(FREE, told(0.34))
    assert (found.verdict, found.quantity) == ("skip", 0.0)
    assert codes(found)[0] == "edge_half"
    assert "lot_zero" in codes(found)


def test_absolute_confidence_limits_are_off_unless_set() -> None:
    """MIN_CONFIDENCE vetoes, FULL_CONFIDENCE halves, neither exists by default."""
    near = {"stop": 21440.25, "target": 21470.25}
    assert sized(FREE, told(0.45), **near).verdict == "take"
    vetoed = sized(replace(FREE, min_confidence=0.5), told(0.45), **near)
    assert (vetoed.verdict, codes(vetoed)[0]) == ("skip", "below_min_confidence")
    halved = sized(replace(FREE, full_confidence=0.5), told(0.45), **near)
    assert (halved.verdict, halved.quantity) == ("reduce", 6.0)
    assert "below_full_confidence" in codes(halved)


def test_kelly_worked_example() -> None:
    """Kelly 1956: even money at p = 0.6 bets 20 %; a losing game is negative."""
    assert kelly(0.6, 1.0) == pytest.approx(0.2)
    assert kelly(0.4, 1.0) == pytest.approx(-0.2)


def test_kelly_is_a_cap_and_a_veto_and_off_by_default() -> None:
    """λ·f capped at r: a small λ shrinks the size; a negative f forbids it."""
    near = {"stop": 21440.25, "target": 21470.25}
    cap = sized(replace(FREE, kelly_fraction=0.01), told(0.5), **near)  # f = 0.25, used 0.25 %: half of r
    assert (cap.verdict, cap.quantity) == ("reduce", 6.0)
    assert sized(replace(FREE, kelly_fraction=0.25), told(0.5), **near).quantity == 12  # capped at r
    veto = sized(replace(FREE, kelly_fraction=0.25), told(0.3), **near)
    assert veto.verdict == "skip"
    assert "kelly_negative" in codes(veto)
    assert not {"kelly_cap", "kelly_negative"} & set(codes(sized(FREE, told(0.5), **near)))


def test_volatility_target_is_optional() -> None:
    """E·σ* / (σ · price · point value): 50,000 · 0.01 / (0.002 · 21450.25 · 2) = 5.8."""
    near = {"stop": 21440.25}
    rules = replace(FREE, volatility_target=0.01)
    found = sized(rules, volatility=0.002, **near)
    assert (found.verdict, found.quantity) == ("reduce", 5.0)
    unknown = sized(rules, **near)
    assert unknown.quantity == 12
    assert "volatility_unknown" in codes(unknown)


def test_without_a_promoted_model_the_size_goes_without_one() -> None:
    """`model_missing`, then `starter_ignored`: a starter's hopeless probability neither vetoes nor scales."""
    missing = sized()
    assert (missing.verdict, "model_missing" in codes(missing)) == ("take", True)
    starter = sized(FREE, told(0.01, starter=True))
    assert (starter.verdict, starter.quantity) == ("take", missing.quantity)
    both = codes(starter)
    assert both.index("model_missing") < both.index("starter_ignored")
    slow = sized(FREE, told(starter=True, reason="model_timeout"))
    assert slow.verdict == "take"


@pytest.mark.parametrize("why", ["model_timeout", "breaker_open", "model_error", "model_refused_hash"])
def test_a_promoted_model_without_an_answer_is_unscored(why: str) -> None:
    """UNSCORED_POLICY sizes it: 0 by default, a share where set; the model's reason stands first."""
    near = {"stop": 21440.25}
    none = sized(FREE, told(reason=why), **near)
    assert (none.verdict, none.quantity, codes(none)[0]) == ("unscored", 0.0, why)
    half = sized(replace(FREE, unscored_policy=0.5), told(reason=why), **near)
    assert (half.verdict, half.quantity) == ("unscored", 6.0)


def test_an_assumed_equity_is_shown() -> None:
    """`equity_assumed` stands beside a size until ACCOUNT_EQUITY is set."""
    assert "equity_assumed" in codes(sized())
    assert "equity_assumed" not in codes(sized(replace(FREE, equity_assumed=False)))


@pytest.mark.parametrize(
    ("symbol", "price", "account", "quantity"),
    [
        ("USDJPY", 150.0, "USD", 50_000.0),  # 0.75 yen a dollar at risk is half a cent: 250 / 0.005
        ("EURUSD", 1.25, "EUR", 50_000.0),  # 0.00625 dollars a euro is half a cent too
        ("BTCEUR", 50_000.0, "EUR", 1.0),
        ("BTCUSDT", 50_000.0, "USD", 1.0),
        ("ETHBTC", 0.05, "USD", None),
        ("EURGBP", 0.85, "USD", None),
        ("FDAX1!", 19_000.0, "USD", None),
        ("MNQ1!", 21_450.0, "EUR", None),
    ],
)
def test_other_money_is_converted_by_its_own_price_or_not_traded(
    symbol: str, price: float, account: str, quantity: float | None
) -> None:
    """One to one, 250 dollars would buy a million ETH against BTC: without a rate there is no size."""
    rules = replace(FREE, currency=account)
    found = plan(row(symbol=symbol, price=price, stop=None, target=None), {}, rules)
    verdict = size(found, UNPROMOTED, rules)
    if quantity is None:
        assert (verdict.verdict, codes(verdict)[0]) == ("skip", "currency_unconverted")
    else:
        assert verdict.quantity == quantity


@pytest.mark.parametrize("symbol", ["CME_MINI:XYZ1!", "NSE:NIFTY1!", "NYMEX:XYZH2026"])
def test_a_future_whose_contract_is_not_known_is_not_traded(symbol: str) -> None:
    """Its point may be worth a thousand dollars; a default of one would size it a thousand times too large."""
    found = plan(row(symbol=symbol), {}, FREE)
    assert isinstance(found, NoPlan)
    assert found.binding["code"] == "instrument_unknown"


def test_a_stop_nearer_than_a_tick_counts_as_a_tick() -> None:
    """No order rests between ticks, so none is sized as if it could."""
    assert float(planned(FREE, stop=21450.2499, target=None).distance) == 0.25
