"""Finds the JSON in a body, whole, broken, wrapped in words or in quotes; a body without any is text."""

from __future__ import annotations

import html
import re
from typing import Any

from signals.alert.decode import trimmed
from signals.alert.jsonish import Reader
from signals.alert.limits import MAX_SENTENCE
from signals.alert.strict import NotStrict, check, loads
from signals.alert.synonyms import MESSAGE_TEXT, SIDE, SYMBOL, squash
from signals.errors import Unusable, refuse

_START = re.compile(
    r"\{(?!\{)\s{0,200}(?P<sure>[\"'`\u201c\u201d\u2018\u2019\u201e\u00ab]|\Z)|\{(?!\{)\s{0,200}[^\W\d][\w.\-]{0,60}\s{0,20}[:=]|\[\s{0,200}\{(?!\{)"
)
_FIELD = re.compile(r"[\"'\u201d\u2019]\s{0,20}:")
_MAX_VALUES = 200


def values_of(text: str, repairs: list[str]) -> list[Any] | None:
    """The JSON values of a body, or None when it is plain text. Raises Unusable."""
    body = trimmed(text)
    if body[:1] in '{["' or body[:1].isdigit() or body[:1] in "-tfn":
        try:
            return [loads(body)]
        except NotStrict:
            pass
    unwrapped = _unwrapped(body, repairs)
    start = _START.search(unwrapped)
    if unwrapped[:1] == "{" and (start is None or start.start() > 1) and not unwrapped.startswith("{{"):
        return _read(unwrapped, 0, repairs)
    if start is None:
        return None
    if start.start() == 0 or start["sure"]:
        return _read(unwrapped, start.start(), repairs)
    attempt: list[str] = []
    try:
        found = _read(unwrapped, start.start(), attempt)
    except Unusable as refusal:
        if refusal.code not in ("truncated", "malformed"):
            raise
        return None  # a brace amid prose; the text reader has its turn
    repairs += attempt
    return found


def nested_json(text: str, repairs: list[str]) -> Any:
    """The object inside a text that is itself JSON (a message encoded twice), else None."""
    body = trimmed(text)
    if body[:1] not in "{[" or body[-1:] not in "}]":
        return None
    try:
        value = loads(body)
    except NotStrict:
        return None
    if isinstance(value, (dict, list)):
        if "double_encoded" not in repairs:
            repairs.append("double_encoded")
        return value
    return None


def _unwrapped(body: str, repairs: list[str]) -> str:
    """Undoes the escaping of a body that was pasted from a program or a page."""
    if re.match(r"[{\[]\s{0,200}(?:\{\s{0,200})?&(?:quot|#34);", body):
        repairs.append("html_entities")
        body = html.unescape(body)
    if re.match(r"\"?[{\[]\s{0,200}(?:\{\s{0,200})?(?:\\[nrt]\s{0,40})?\\\"", body):
        repairs.append("bad_escape")
        body = body.replace('\\"', '"').replace("\\n", "\n").replace("\\t", " ").replace("\\r", "").strip('"')
    return body


def _read(text: str, start: int, repairs: list[str]) -> list[Any]:
    """All JSON values from a place on; what stands around them must not look like a lost field."""
    reader = Reader(text, start, repairs)
    values: list[Any] = []
    around = text[:start]
    while True:
        value = reader.value(0, False)
        check(value)
        values.append(value)
        if len(values) > _MAX_VALUES:
            raise refuse("too_many_keys")
        following = _START.search(text, reader.at)
        rest = text[reader.at : following.start() if following else len(text)]
        if _FIELD.search(rest):
            raise refuse("malformed", f"at character {reader.at}")
        around += rest
        if following is None:
            break
        reader.at = following.start()
    if len(values) > 1:
        repairs.append("several_objects")
    words = trimmed(around).strip(",;[]")
    if words:
        repairs.append("text_around")
        told = {squash(key) for key in values[0]} if isinstance(values[0], dict) else {"symbol"}
        if not told & {*SYMBOL, *SIDE, *MESSAGE_TEXT}:
            values[0]["text"] = words[:MAX_SENTENCE]  # the order stands in the words, the JSON only adds to it
    if not repairs:
        repairs.append("loose_json")
    return values
