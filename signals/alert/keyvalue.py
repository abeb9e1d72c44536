"""Reads `key=value` and `key: value` in lines, pipes, semicolons, commas, spaces or a form's body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from signals.alert import synonyms
from signals.alert.decode import visible
from signals.alert.limits import MAX_KEYS
from signals.alert.redact import REMOVED
from signals.alert.secret_names import is_secret_name
from signals.alert.sides import word_of
from signals.alert.synonyms import squash, words
from signals.errors import refuse

_EQUALS = re.compile(r"(?<![\w.\-{])-{0,2}([^\W\d][\w.\-]{0,40}(?:\[\d\])?)[ \t]{0,3}=[ \t]{0,3}(?!=)")
_COLON_ANY = re.compile(
    r"(?<![\w.\-{/])([^\W\d][\w.\-]{0,24}(?:[ _](?:loss|profit|price|frame|\d))?(?: ?\d)?)[ \t]{0,3}:(?!//)[ \t]{0,3}",
    re.IGNORECASE,
)
_COLON_LINE = re.compile(r"\A[\s\-*•>]{0,8}([^\W\d][\w .\-]{0,40}?)[ \t]{0,3}:(?:[ \t]+|\Z)")
_COMMA = re.compile(r",(?=\s|[^\d\s]|\Z)")
_SEGMENT = re.compile(r"[\n\r;|]+|&(?=[A-Za-z_][\w.\-]*=)")
_FORM = re.compile(r"[\w.\-%\[\]]{1,60}=[^&\s]*(?:&[\w.\-%\[\]]{1,60}=[^&\s]*)*\Z")
_QUOTE_PAIRS = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_HEADINGS = frozenset({"alert", "signal", "order", "trade", "strategyalert", "note"})
_LIST_NAMES = re.compile(r"(?:tp|target|takeprofit)s?\d?\Z")

#: Names that make `name: value` a pair even amid other words.
KNOWN = synonyms.KNOWN | frozenset(
    words("leverage risk strategy volume rsi atr macd vwap strength score confidence open high low plot reason account")
)


def pairs_read(text: str) -> tuple[list[dict[str, Any]], str] | None:
    """The objects that pairs describe, and the words between them; None when the text holds no such pairs."""
    if "=" not in text and ":" not in text:
        return None
    body = visible(text)
    if _FORM.match(body) and "&" in body:
        body = "\n".join(unquote_plus(part) for part in body.split("&"))
    lines = [line for line in body.splitlines() if line.strip(" -#=*_\t")]
    rows: list[list[tuple[str, str]]] = []
    rest: list[str] = []
    count = 0
    item: set[str] = set()
    for line in lines:
        row: list[tuple[str, str]] = []
        for segment in _SEGMENT.split(line):
            found, left = _pairs_of(segment)
            row += found
            rest += left
        if line.lstrip().startswith("- ") and row and row[0][0] in item:
            rows.append([])  # a YAML list starts its next item
            item = set()
        item |= {key for key, _ in row}
        rows.append(row)
        count += len(row)
        if count > 2 * MAX_KEYS:
            raise refuse("too_many_keys")
    known = sum(1 for row in rows for key, _ in row if _is_known(key))
    if not known and count < 3:
        return None
    return _objects(rows), " ".join(part for part in rest if part)


def _is_known(key: str) -> bool:
    name = squash(key)
    return name in KNOWN or is_secret_name(key) or bool(synonyms.TARGET_NUMBERED.match(name))


def _pairs_of(segment: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The pairs of one segment and what stands between them."""
    segment = segment.strip()
    if not segment:
        return [], []
    marks = list(_marks(segment)) if "=" in segment or ":" in segment else []
    if not marks:
        return [], [segment]
    found: list[tuple[str, str]] = []
    rest = [segment[: marks[0][1]].strip(" ,")]
    for (key, _, start), following in zip(marks, [*marks[1:], None], strict=True):
        end = following[1] if following else len(segment)
        value, left = _value(segment[start:end])
        if squash(key) in _HEADINGS and " " in value and word_of(value) is None:
            rest.append(value)  # `Alert: Long NQ1! @ 25118` is a sentence with a heading
        else:
            found.append((key, value))
        rest.append(left)
    return found, rest


def _marks(segment: str) -> Iterator[tuple[str, int, int]]:
    """(key, start of key, start of value) of each pair."""
    at = 0
    whole = _COLON_LINE.match(segment)
    if whole and "=" not in segment and (_is_known(whole[1]) or not _COLON_ANY.search(segment, whole.end())):
        others = [m for m in _COLON_ANY.finditer(segment, whole.end()) if _is_known(m[1])]
        if not others:
            yield whole[1].strip(), whole.start(1), whole.end()
            return
    found = [(m[1], m.start(1), m.end()) for m in _EQUALS.finditer(segment)]
    found += [
        (m[1], m.start(1), m.end()) for m in _COLON_ANY.finditer(segment) if _is_known(m[1]) and len(squash(m[1])) > 1
    ]
    for key, start, end in sorted(found, key=lambda mark: mark[1]):
        if start >= at:
            yield key, start, end
            at = end


def _value(text: str) -> tuple[str, str]:
    """A value without quotes and trailing commas, and the words after it."""
    text = text.strip()
    close = _QUOTE_PAIRS.get(text[:1])
    if close:
        end = text.find(close, 1)
        if end > 0:
            return text[1:end], text[end + 1 :].strip(" ,")
    if text[:1] == "[" and "]" in text:
        end = text.index("]") + 1
        return text[:end], text[end:].strip(" ,")
    comma = _COMMA.search(text)
    if comma:
        return text[: comma.start()].strip(), text[comma.end() :].strip(" ,")
    return text.strip(" ,"), ""


def _objects(rows: list[list[tuple[str, str]]]) -> list[dict[str, Any]]:
    """One object of all rows, or one a row where rows repeat each other's fields (two orders in one text)."""
    full = [row for row in rows if len(row) >= 2]
    repeated = len(full) >= 2 and len({key.casefold() for row in full for key, _ in row}) < sum(
        len(row) for row in full
    )
    if repeated and all(any(squash(k) in synonyms.SYMBOL for k, _ in row) for row in full):
        return [_merged(row) for row in full]
    starts = [i for i, row in enumerate(rows) if not row]
    if starts and len(rows) > 1:
        chunks: list[list[tuple[str, str]]] = [[]]
        for row in rows:
            if row:
                chunks[-1] += row
            else:
                chunks.append([])
        return [_merged(chunk) for chunk in chunks if chunk]
    return [_merged([pair for row in rows for pair in row])]


def _merged(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if value == REMOVED and is_secret_name(key):
            continue
        if value[:1] == "[" and value[-1:] == "]" and value != REMOVED:
            made[key] = [part.strip(" \"'") for part in value[1:-1].split(",")]
        elif key in made and made[key] != value:
            if not _LIST_NAMES.match(squash(key)):
                raise refuse("duplicate_keys_disagree", key[:40])
            made[key] = [*made[key], value] if isinstance(made[key], list) else [made[key], value]
        else:
            made[key] = value
    return made
