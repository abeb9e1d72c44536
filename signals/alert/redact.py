"""Finds secrets wherever senders put them and takes them out, leaving the rest of the text as it came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from signals.alert.secret_names import is_secret_name, may_name_a_secret
from signals.alert.shape import shape_of

REMOVED = "[removed]"
MIN_GLOBAL = 6  # shorter values (a PIN, "buy") are removed where they are named, not wherever they occur

_NAMED = re.compile(
    r"(?<![\w.\-])[.\-]{0,3}([^\W\d][\w.\-]{0,60})[\\\"'\u201c\u201d\u2018\u2019`]{0,2}[ \t]{0,20}[:=][ \t\r\n]{0,20}"
)
_VALUE = re.compile(
    r"""\\?"(?P<double>(?:[^"\\]|\\[^"]|\\"(?!\s*[,}]))*)(?:\\?"|\Z)
    |'(?P<single>[^'\n]*)(?:'|\Z)
    |[“”](?P<smart>[^“”\n]*)(?:[“”]|\Z)
    |[‘’](?P<smart1>[^‘’\n]*)(?:[‘’]|\Z)
    |(?P<list>\[[^\]]*)(?:\]|\Z)
    |(?:(?i:bearer|basic)\ )?(?P<bare>[^\s,;|&{}\[\]"']+)""",
    re.VERBOSE,
)
_BEARER = re.compile(r"(?<!\w)(?i:bearer)\s{1,5}([A-Za-z0-9._~+/=\-]{6,})")
_LICENCE = re.compile(r"^[ \t]{0,40}(\d{6,20})[ \t]{0,5},[ \t]{0,5}[A-Za-z]{3,24}[ \t]{0,5}(?:,|$)", re.MULTILINE)
_WUNDER_ID = re.compile(
    r"^[ \t]{0,40}(?:ENTER|EXIT|CLOSE|OPEN|REVERSE)-[A-Z]{3,10}_[^_\s]{1,30}_\S{1,100}_"
    r"([A-Za-z0-9\-]{6,80})[ \t\r]{0,40}$",
    re.MULTILINE | re.IGNORECASE,
)
_IN_LIST = re.compile(r"[^\s,\[\]\"']+")
Span = tuple[int, int, str]  # start, end, value
_MAY_HOLD_ONE = (dict, list, str)  # a number is a secret only where its name says so
_NOT_SECRET = frozenset({"true", "false", "null", "none", "na", "nan", ""})


def named_spans(text: str) -> list[Span]:
    """Where secrets stand by name in a text of any form, in order."""
    spans: list[Span] = []
    if may_name_a_secret(text):  # "bearer" is such a name too
        spans += _by_name(text)
        spans += [(m.start(1), m.end(1), m[1]) for m in _BEARER.finditer(text)]
    if "\n" in text or text.lstrip(" \t")[:1].isdigit():
        spans += [(m.start(1), m.end(1), m[1]) for m in _LICENCE.finditer(text)]
    if "-" in text and "_" in text:
        spans += [(m.start(1), m.end(1), m[1]) for m in _WUNDER_ID.finditer(text)]
    return sorted(set(spans))


def _by_name(text: str) -> list[Span]:
    spans: list[Span] = []
    at = 0
    while found := _NAMED.search(text, at):
        at = found.end()
        if not is_secret_name(found[1]):
            continue
        value = _VALUE.match(text, at)
        if value is None or value.lastgroup is None:
            continue
        at = max(at, value.end() - 1)  # what lies within a secret is not read again, so time stays linear
        group = value.lastgroup
        if group == "list":
            spans += [
                (value.start() + m.start(), value.start() + m.end(), m[0]) for m in _IN_LIST.finditer(value[group])
            ]
        elif value[group].lower() not in _NOT_SECRET:
            spans.append((value.start(group), value.end(group), value[group]))
    return spans


def secrets_in(value: Any) -> list[str]:
    """Every secret in a parsed value, at any depth; all scalars beneath a secret name count."""
    found: list[str] = []
    _gather(value, False, found)
    return found


def _gather(value: Any, named: bool, found: list[str]) -> None:
    if isinstance(value, dict):
        secret = shape_of(value).secret
        for key, inner in value.items():
            within = named or key in secret
            if within or isinstance(inner, _MAY_HOLD_ONE):
                _gather(inner, within, found)
    elif isinstance(value, list):
        for inner in value:
            _gather(inner, named, found)
    elif isinstance(value, str) and not named:
        if "=" in value or ":" in value or ("-" in value and "_" in value):
            found += (span[2] for span in named_spans(value))
    elif named and value is not None and not isinstance(value, bool):
        text = str(value).strip()
        if text.lower() not in _NOT_SECRET:
            found.append(text)


def scrubbed(value: Any, secrets: Iterable[str]) -> Any:
    """The value without secret fields, and with secrets removed from every text; itself when it holds neither."""
    long = [s for s in secrets if len(s) >= MIN_GLOBAL]
    return _scrub(value, long) if long or _names_a_secret(value) else value


def _names_a_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(shape_of(value).secret) or any(map(_names_a_secret, value.values()))
    return isinstance(value, list) and any(map(_names_a_secret, value))


def _scrub(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        secret = shape_of(value).secret
        return {_scrub(k, secrets): _scrub(v, secrets) for k, v in value.items() if k not in secret}
    if isinstance(value, list):
        return [_scrub(v, secrets) for v in value]
    if isinstance(value, str):
        return _without(value, secrets)
    if secrets and isinstance(value, (int, float)) and str(value) in secrets:
        return REMOVED
    return value


def redacted_text(text: str, spans: Iterable[Span], secrets: Iterable[str], values: list[Any]) -> str:
    """The text as it came, with every secret replaced; falls back to the parsed form when escapes hide one.

    `spans` are the text's own `named_spans`.
    """
    long = sorted({s for s in secrets if len(s) >= MIN_GLOBAL}, key=len, reverse=True)
    out = []
    at = 0
    for start, end, _ in spans:
        if start < at:
            continue
        bare_number = (
            text[start:end].lstrip("-").replace(".", "").isdigit()
            and text[:1] in "{["
            and text[start - 1 : start] not in "\"'"
        )
        out += [text[at:start], f'"{REMOVED}"' if bare_number else REMOVED]
        at = end
    out.append(text[at:])
    result = _without("".join(out), long)
    if long and "\\" in text and values and any(_holds(v, long) for v in _decoded(result)):
        return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, allow_nan=False)
    return result


def redacted_query(query: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """The query with secrets replaced, by name and wherever their values occur."""
    long = [s for s in secrets if len(s) >= MIN_GLOBAL]
    return {_without(k, long): REMOVED if is_secret_name(k) else _without(v, long) for k, v in query.items()}


def _without(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, REMOVED)
        if not secret.isascii() or '"' in secret or "\\" in secret:
            for form in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
                text = text.replace(form, REMOVED)
    return text


def _decoded(text: str) -> list[Any]:
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return [re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text).replace("\\", "")]


def _holds(value: Any, secrets: list[str]) -> bool:
    if isinstance(value, dict):
        return any(_holds(k, secrets) or _holds(v, secrets) for k, v in value.items())
    if isinstance(value, list):
        return any(_holds(v, secrets) for v in value)
    return isinstance(value, str) and any(s in value for s in secrets)
