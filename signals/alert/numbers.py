"""Reads numbers as senders write them: quoted, grouped, with currency, percent or volume suffix."""

from __future__ import annotations

import math
import re
from typing import Any

from signals.alert.decode import visible
from signals.errors import refuse

MISSING_WORDS = frozenset(
    {
        "",
        "na",
        "n/a",
        "nan",
        "-nan",
        "null",
        "none",
        "nil",
        "undefined",
        "-",
        "--",
        "inf",
        "+inf",
        "-inf",
        "infinity",
        "+infinity",
        "-infinity",
        "#n/a",
        "\u2205",
        "∞",
        "-∞",
    }
)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_UNIT = r"USDT|USDC|USD|EUR|GBP|JPY|INR|CHF|CAD|AUD|[$€£¥₹₿₩₽]"
_CURRENCY = re.compile(
    rf"(?P<sign>[+-]?)\s*(?:US\$|Rs\.?|{_UNIT})?\s*(?P<number>[+-]?(?:[\d.,' ]*\d|\.\d)[\d.,]*(?:[eE][+-]?\d{{1,3}})?)"
    rf"\s*(?P<suffix>[KkMmBbTt]|%)?\s*(?:BTC|pts|points|{_UNIT})?\Z",
    re.ASCII,
)
_SCALE = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


class Ambiguous(ValueError):
    """A number with two readings, such as 1,234 (one thousand, or one and a bit)."""


class Percent(float):
    """A number that was written as a percentage: never a price."""


def is_missing(value: Any) -> bool:
    """True for every way a platform says "no value", among them a placeholder that was not filled in."""
    if value is None:
        return True
    if isinstance(value, str):
        text = visible(value)
        return text.lower() in MISSING_WORDS or (text.startswith("{{") and not _PLACEHOLDER.sub("", text).strip())
    return isinstance(value, float) and not math.isfinite(value)


def number(value: Any) -> float | None:
    """The number in a value, None when there is none. Raises Ambiguous."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _finite(float(value))
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = visible(value)
    if _PLAIN.match(text):
        return _finite(float(text))
    if is_missing(text):
        return None
    match = _CURRENCY.match(text.replace("\u2212", "-").replace("\u2019", "'"))
    if match is None:
        return None
    found = _grouped(match["number"])
    if found is None or (match["sign"] and match["number"][0] in "+-"):
        return None
    if match["sign"] == "-":
        found = -found
    suffix = match["suffix"]
    if suffix == "%":
        return Percent(found)
    return _finite(found * _SCALE[suffix.lower()]) if suffix else found


def price(value: Any, field: str) -> float | None:
    """A number fit to be a price, else None. Raises Unusable when its reading is uncertain."""
    try:
        found = number(value)
    except Ambiguous:
        raise refuse("ambiguous_number", field) from None
    return None if isinstance(found, Percent) else found


def multiple(value: Any) -> float | None:
    """A multiple of risk, which some write with its unit: 1.25R."""
    return quiet(value[:-1] if isinstance(value, str) and value[-1:] in ("R", "r") else value)


def quiet(value: Any) -> float | None:
    """As `number`, but an ambiguous one counts as absent: for fields that no order depends on."""
    try:
        return number(value)
    except Ambiguous:
        return None


def _grouped(text: str) -> float | None:
    """Reads digits with group and decimal marks; only a lone `1,234` has two readings."""
    text = text.strip()
    sign = -1.0 if text.startswith("-") else 1.0
    text = text.lstrip("+-")
    mantissa, _, exponent = text.lower().partition("e")
    for mark in (" ", "'"):
        if mark in mantissa:
            head, *groups = mantissa.split(mark)
            if not re.fullmatch(r"\d{1,3}", head) or not all(re.match(r"\d{3}(?!\d)", g) for g in groups):
                return None
            mantissa = "".join([head, *groups])
    commas, dots = mantissa.count(","), mantissa.count(".")
    if commas and dots:
        mantissa = _both_marks(mantissa)
    elif commas > 1 or dots > 1:
        mark = "," if commas else "."
        mantissa = mantissa.replace(mark, "") if re.fullmatch(rf"\d{{1,3}}(?:\{mark}\d{{3}})+", mantissa) else ""
    elif commas == 1:
        if re.fullmatch(r"[1-9]\d{0,2},\d{3}", mantissa):
            raise Ambiguous(mantissa)
        mantissa = mantissa.replace(",", ".") if re.fullmatch(r"\d+,\d+", mantissa) else ""
    literal = mantissa + (f"e{exponent}" if exponent else "")
    return _finite(sign * float(literal)) if _PLAIN.match(literal) else None


def _both_marks(text: str) -> str:
    """With both marks present the last one is the decimal mark, if it stands once and the groups are whole."""
    decimal = "," if text.rfind(",") > text.rfind(".") else "."
    group = "." if decimal == "," else ","
    whole, _, rest = text.partition(decimal)
    if not re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+", whole) or not re.fullmatch(r"\d+", rest):
        return ""
    return whole.replace(group, "") + "." + rest


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
