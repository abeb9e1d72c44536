"""Sources' promises: derived tokens, constant time, settings that survive a restart, nothing secret stored."""

from pathlib import Path

from signals import tokens
from tests.signals.desk import SECRET_KEY, TOKEN, Desk, database


def test_a_token_is_derived_and_stable() -> None:
    """The same key, name and generation give the same 32 letters; any other gives others."""
    token = tokens.derive(SECRET_KEY, "swing", 1)
    assert token == tokens.derive(SECRET_KEY, "swing", 1)
    others = {
        tokens.derive(SECRET_KEY, "swing", 2),
        tokens.derive(SECRET_KEY, "swin", 1),
        tokens.derive("k", "swing", 1),
    }
    assert token not in others
    assert len(token) == 32
    assert token.isalnum()
    assert token == token.lower()


def test_every_token_is_compared_whether_or_not_one_matched(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A candidate costs as many constant-time comparisons as there are sources, found first, last or not at all."""
    compared: list[int] = []
    real = tokens.hmac.compare_digest
    monkeypatch.setattr(tokens.hmac, "compare_digest", lambda a, b: compared.append(1) or real(a, b))
    known = {f"s{n}": f"token-{n}" for n in range(7)}
    for candidate, name in (("token-0", "s0"), ("token-6", "s6"), ("nothing", None)):
        compared.clear()
        assert tokens.match(candidate, known) == name
        assert len(compared) == 7


def test_settings_survive_a_restart_and_no_token_is_stored(desk: Desk, tmp_path: Path) -> None:
    """A saved source comes back with its settings and generation; the database holds no token."""
    desk.sources.save("swing", "me", symbol="AAPL", timezone="America/New_York", expected_every_s=60.0)
    desk.sources.rotate("swing", "me")
    token = desk.sources.token("swing")
    stored = repr(desk.journal.query("SELECT * FROM sources")) + repr(desk.facts())
    assert token not in stored
    assert TOKEN not in stored
    desk.journal.close(5.0)
    again = Desk(database(tmp_path))
    source = again.sources.by_token(token)
    assert source is not None
    assert (source.name, source.symbol, source.expected_every_s, source.generation) == ("swing", "AAPL", 60.0, 2)
    again.journal.close(5.0)


def test_a_change_is_a_fact_that_says_who(desk: Desk) -> None:
    """`source_update` carries before, after and who."""
    desk.sources.save("tradingview", "me", long_only=True)
    (fact,) = desk.facts("source_update")
    assert (fact.data["who"], fact.data["before"]["long_only"], fact.data["after"]["long_only"]) == ("me", False, True)


def test_long_only_turns_a_bare_sell_into_an_exit(desk: Desk) -> None:
    """A bare sell is an entry, unless the source holds long positions only."""
    assert desk.decide({"symbol": "AAPL", "side": "sell", "price": 271.4})["kind"] == "entry"
    desk.sources.save("tradingview", "me", long_only=True)
    assert desk.decide({"symbol": "AAPL", "side": "sell", "price": 271.5})["kind"] == "exit"
