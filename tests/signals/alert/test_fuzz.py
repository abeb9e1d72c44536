"""Whatever arrives is accepted or refused in words, quickly; harmless changes never change the meaning."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from signals.alert import SourceRules, Unusable, find_secrets, parse
from tests.signals.alert.reading import RECEIVED, parsed, read
from tests.signals.alert.test_contract import samples
from tests.signals.alert.test_json_conventions import CASES as OWN_CASES
from tests.signals.alert.test_service_conventions import CASES as SERVICE_CASES
from tests.signals.alert.test_text_conventions import CASES as TEXT_CASES

JSON_CASES = [*SERVICE_CASES, *OWN_CASES]
BODIES: list[str] = [
    *(sample["body"] for sample in samples()),
    *(json.dumps(case[1]) for case in JSON_CASES),
    *(case[0] for case in TEXT_CASES),
]
PIECES = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        ",",
        ":",
        "=",
        "\n",
        "|",
        "\\",
        "\\u",
        "\\ud800",
        "{{",
        "}}",
        "NaN",
        "na",
        "1,234",
        "\u201c",
        "\ufeff",
        "\u200b",
        "secret=",
        "null",
        "1e400",
        "\x00",
        "-",
        "/*",
        "buy ",
        "NQ1!",
    ]
)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(body: bytes) -> None:
    """Accepted with JSON-safe results, or refused with a code; nothing else may happen."""
    try:
        result = parsed(body)
    except Unusable as unusable:
        if not 400 <= unusable.status < 500:
            raise
        return
    assert result.alerts
    for alert in result.alerts:
        json.dumps([alert.extra, alert.features, alert.targets, alert.price, alert.stop, alert.lag_ms], allow_nan=False)
        assert alert.recognised or "unrecognised" in alert.note_codes
    find_secrets(body, None, {})


@QUICK
@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"{" * 60000)
def test_any_bytes(body: bytes) -> None:
    """No bytes whatever raise anything but a refusal."""
    survives(body)


@QUICK
@given(st.text(max_size=400))
def test_any_text(body: str) -> None:
    """No text whatever raises anything but a refusal."""
    survives(body.encode("utf-8", "surrogatepass"))


@QUICK
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "symbol",
                        "side",
                        "action",
                        "price",
                        "stop",
                        "targets",
                        "tp",
                        "time",
                        "timenow",
                        "date",
                        "interval",
                        "secret",
                        "strategy",
                        "type",
                        "signals",
                        "message",
                        "position_size",
                        "market_position",
                    ]
                )
                | st.text(max_size=8),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json(value: Any) -> None:
    """Known names with values of any type and nesting are read or refused."""
    survives(json.dumps(value).encode())


@QUICK
@given(st.sampled_from(BODIES), st.data())
def test_broken_samples(body: str, data: st.DataObject) -> None:
    """A sample cut, doubled, or with signs put in between is accepted or refused in words."""
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        until = data.draw(st.integers(at, min(len(body), at + 12)))
        body = body[:at] + data.draw(PIECES) + body[until:]
    survives(body.encode("utf-8", "surrogatepass"))


OBJECTS: list[dict[str, Any]] = [case[1] for case in JSON_CASES]


def meaning(body: Any) -> tuple[Any, ...]:
    """What must not change when a body is written differently."""
    alert = read(body)
    return (
        alert.kind,
        alert.side,
        alert.intent,
        alert.symbol,
        alert.price,
        alert.stop,
        alert.targets,
        alert.interval,
        alert.trade_ref,
    )


def shuffled(value: Any, data: st.DataObject) -> Any:
    """The same object with its fields in another order; in a list the order means something."""
    if not isinstance(value, dict):
        return value
    keys = data.draw(st.permutations(list(value)))
    return {key: shuffled(value[key], data) for key in keys}


def recased(value: Any, change: Any) -> Any:
    """The same object with its keys in another case."""
    return {change(key): recased(inner, change) for key, inner in value.items()} if isinstance(value, dict) else value


@QUICK
@given(st.sampled_from(OBJECTS), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_the_case_of_keys_means_nothing(body: dict[str, Any], change: Any) -> None:
    """`Symbol`, `SYMBOL` and `symbol` are one name."""
    assert meaning(recased(body, change)) == meaning(body)


@QUICK
@given(st.sampled_from([body for body in OBJECTS if "targets" not in body]), st.data())
def test_the_order_of_fields_means_nothing(body: dict[str, Any], data: st.DataObject) -> None:
    """Senders write fields in any order; only the order of targets is theirs."""
    mixed, plain = meaning(shuffled(body, data)), meaning(body)
    assert (*mixed[:6], sorted(mixed[6]), *mixed[7:]) == (*plain[:6], sorted(plain[6]), *plain[7:])


@QUICK
@given(
    st.sampled_from(OBJECTS),
    st.sampled_from([None, 1, 4]),
    st.sampled_from(["", " ", "\n", "\t", "\u00a0", "\ufeff", "\u200b"]),
)
def test_white_space_means_nothing(body: dict[str, Any], indent: int | None, around: str) -> None:
    """Pretty-printed, compact, and surrounded by invisible characters: the same alert."""
    assert meaning(around + json.dumps(body, indent=indent) + around) == meaning(body)


@QUICK
@given(
    st.sampled_from([body for body in OBJECTS if "message" not in body]),
    st.sampled_from(["'", "\u201c\u201d", "\u2018\u2019", "`"]),
)
def test_the_kind_of_quotes_means_nothing(body: dict[str, Any], quotes: str) -> None:
    """A template pasted through a word processor says what it said before."""
    pieces = json.dumps(body).split('"')
    text = pieces[0]
    for i, piece in enumerate(pieces[1:]):
        text += quotes[i % len(quotes)] + piece
    assert meaning(text) == meaning(body)


@QUICK
@given(st.sampled_from([body for body in OBJECTS if "message" not in body]))
def test_trailing_commas_and_bare_keys_mean_nothing(body: dict[str, Any]) -> None:
    """The two most common slips of a hand-written template."""
    text = json.dumps(body)
    assert meaning(text[:-1] + ",}") == meaning(body)
    flat = {
        key: value
        for key, value in body.items()
        if key.replace("_", "").isalnum() and not isinstance(value, (dict, list))
    }
    if flat and flat == body:
        assert meaning("{" + ",".join(f"{key}:{json.dumps(value)}" for key, value in flat.items()) + "}") == meaning(
            body
        )


@QUICK
@given(
    st.sampled_from([body for body in OBJECTS if not {"data", "content", "text", "message", "code"} & set(body)]),
    st.sampled_from(["data", "payload", "alert", "body"]),
)
def test_a_wrapper_means_nothing(body: dict[str, Any], name: str) -> None:
    """The same object one level deeper is the same alert."""
    assert meaning({name: body}) == meaning(body)


@QUICK
@given(st.sampled_from(BODIES), st.integers(1, 200))
def test_a_truncated_object_is_refused(body: str, cut: int) -> None:
    """Half an object may have lost the very field that matters."""
    text = body.strip()
    if not (text.startswith("{") and text.endswith("}")) or cut >= len(text) or "{{" in text:
        return
    with pytest.raises(Unusable):
        parsed(text[:-cut])


ADVERSARIES = {
    "braces": "{" * 65536,
    "brackets": "[" * 65536,
    "quotes": '"' * 65536,
    "open string": '{"a":"' + 'b"c' * 16000,
    "backslashes": '{"a":"' + "\\" * 60000,
    "objects": '{"a":1}' * 9000,
    "comments": "{" + "/*" * 30000,
    "commas": "{" + "," * 60000,
    "secrets": "secret=" * 9000,
    "open secrets": 'secret="' * 8000,
    "listed secrets": "secret=[" * 8000,
    "pairs": "a=b " * 16000,
    "colons": "a:" * 32000,
    "numbers": "1," * 32000,
    "list": "[" + "1," * 32000 + "1]",
    "lines": "BUY NQ1! @ 1\n" * 5000,
    "short lines": "a\n" * 32000,
    "placeholders": "{{a}}" * 13000,
    "words": "close-" * 10000,
    "names": "a.b-c_" * 10000,
    "prose": ("sl 1 tp 2 buy NQ1! " * 200 + "\n") * 16,
    "braces amid prose": "a {b: " * 10000,
    "white space": '{"a":1' + " " * 60000 + '"b":2}',
    "keys": "{" + ",".join(f'"k{i}":1' for i in range(6000)) + "}",
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_time_grows_with_the_body_and_no_faster(name: str) -> None:
    """Bodies made to hurt: four times the text costs about four times the work, where a square would be sixteen times.

    Work is this process's own CPU time, the best of five, so that a busy machine does not count. Figures in
    milliseconds are `benchmarks/parsing.py`'s.
    """
    whole = ADVERSARIES[name].encode()[:65536]

    def work(body: bytes) -> float:
        began = time.process_time()
        with contextlib.suppress(Unusable):
            parse(body, content_type=None, query={}, received_at=RECEIVED, source=SourceRules())
        return time.process_time() - began

    quarter = min(work(whole[:16384]) for _ in range(5))
    assert min(work(whole) for _ in range(5)) < 10 * quarter + 0.02
