"""Reads JSON that a template broke, where only one meaning is left, and names each repair it made."""

from __future__ import annotations

import json
import re
from typing import Any

from signals.alert.decode import INVISIBLE
from signals.alert.limits import MAX_DEPTH, MAX_KEYS
from signals.alert.numbers import MISSING_WORDS, Ambiguous, quiet
from signals.alert.numbers import number as read_number
from signals.alert.strict import check_string, integer, merged
from signals.errors import refuse

_GAP = re.compile(rf"[\s{INVISIBLE}]*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD_KEY = re.compile(r"[^\W\d][\w.\-{}]{0,99}|\d{1,20}(?=\s{0,20}:)")
_NUMBER = re.compile(r"[+\-\u2212]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUPED = re.compile(
    r"[+\-\u2212]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"
    r"(?=\s{0,40}(?:[}\]\n]|,\s{0,40}[\"'\u201c\u201d\u2018\u2019}\w]|,?\s{0,40}\Z))",
    re.ASCII,
)
_BARE = re.compile(r"[^,{}\[\]\"\n\r\u201c\u201d]+")
_PLACEHOLDER = re.compile(r"\{\{[^{}\n]{1,100}\}\}")
_QUOTED_PLACEHOLDER = re.compile(r"[\"']\{\{[^{}\n]{1,100}\}\}[\"']")
_QUOTED = (
    r"(?:\"[^\"\n]{0,100}[\"“”]|'[^'\n]{0,100}'|`[^`\n]{0,100}`|[“”„][^“”\"\n]{0,100}[“”\"]"
    r"|[‘’][^‘’\n]{0,100}[‘’']|«[^»\n]{0,100}»)"
)
_NEXT_IS_KEY = rf"(?:{_QUOTED}|[^\W\d][\w.\-]{{0,99}})\s{{0,40}}[:=]"
_SAME_LINE_KEY = r"[\"'`“”‘’][\w.\-]{1,60}[\"'`“”‘’]\s{0,40}:"
_AIR = rf"[\s{INVISIBLE}]{{0,200}}"
_ENDS_IN_OBJECT = re.compile(
    rf"{_AIR}(?:[}}\]]|\Z|[,;]{_AIR}(?:[}}\],]|//|/\*|{_NEXT_IS_KEY}|\Z)|//|/\*)|\s{{1,40}}{_SAME_LINE_KEY}"
)
_ENDS_LINE_THEN_KEY = re.compile(rf"[ \t\r]{{0,40}}\n\s{{0,200}}{_NEXT_IS_KEY}")
_ENDS_IN_LIST = re.compile(rf"[\s{INVISIBLE}]{{0,200}}[,\]]")
_ENDS_KEY = re.compile("")  # the first closing quote ends a name
_QUOTES = {'"': '"“”', "'": "'", "“": '“”"', "”": '“”"', "„": "“”", "‘": "‘’'", "’": "‘’'", "«": "»", "`": "`"}
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LITERALS = {"true": True, "false": False, "null": None}
_PYTHON = {"True": True, "False": False, "None": None, "TRUE": True, "FALSE": False, "NULL": None, "Null": None}


class Reader:
    """Reads one value after another from a text; `at` is where it stands, `repairs` what it mended."""

    def __init__(self, text: str, at: int, repairs: list[str]) -> None:
        self.text = text
        self.at = at
        self.repairs = repairs

    def value(self, depth: int, in_object: bool) -> Any:
        """The value that starts here. Raises Unusable when it is cut off or has no certain meaning."""
        self._gap()
        rest = self.text[self.at : self.at + 1]
        if not rest:
            raise refuse("truncated")
        placeholder = _PLACEHOLDER.match(self.text, self.at) or _QUOTED_PLACEHOLDER.match(self.text, self.at)
        if placeholder:
            self.at = placeholder.end()
            self._mend("placeholder")
            return placeholder[0].strip("\"'")
        if rest == "{":
            return self._object(depth + 1)
        if rest == "[":
            return self._array(depth + 1)
        if rest in _QUOTES:
            return self._string(_ENDS_IN_OBJECT if in_object else _ENDS_IN_LIST, in_object)
        if rest in ",}]":
            self._mend("empty_value")
            return None
        return self._bare(in_object)

    def _object(self, depth: int) -> dict[str, Any]:
        if depth > MAX_DEPTH:
            raise refuse("too_deep")
        self.at += 1
        items: list[tuple[str, Any]] = []
        first = True
        while True:
            comma = self._commas(first)
            if not self.text[self.at : self.at + 1]:
                raise refuse("truncated")
            if self.text[self.at] == "}":
                if comma:
                    self._mend("trailing_comma")
                self.at += 1
                break
            if not first and not comma:
                self._mend("missing_comma")
            key = self._key()
            self._gap()
            mark = self.text[self.at : self.at + 1]
            if not mark:
                raise refuse("truncated")
            if mark not in ":=":
                raise refuse("malformed", f"at character {self.at}")
            if mark == "=":
                self._mend("equals_sign")
            self.at += 1
            items.append((key, self.value(depth, True)))
            if len(items) > MAX_KEYS:
                raise refuse("too_many_keys")
            first = False
        return merged(items)

    def _array(self, depth: int) -> list[Any]:
        if depth > MAX_DEPTH:
            raise refuse("too_deep")
        self.at += 1
        found: list[Any] = []
        first = True
        while True:
            comma = self._commas(first)
            if not self.text[self.at : self.at + 1]:
                raise refuse("truncated")
            if self.text[self.at] == "]":
                if comma:
                    self._mend("trailing_comma")
                self.at += 1
                return found
            if not first and not comma:
                self._mend("missing_comma")
            if self.text[self.at] in "}:":
                raise refuse("malformed", f"at character {self.at}")
            before = self.at
            found.append(self.value(depth, False))
            if self.at == before:
                raise refuse("malformed", f"at character {self.at}")
            first = False

    def _commas(self, first: bool) -> bool:
        """Skips separators; True when there was one. Doubled or leading ones are mended."""
        count = 0
        self._gap()
        while self.text[self.at : self.at + 1] in (",", ";"):
            count += 1
            self.at += 1
            self._gap()
        if count > 1 or (first and count):
            self._mend("extra_comma")
        return count > 0 and not first

    def _key(self) -> str:
        opening = self.text[self.at]
        if opening in _QUOTES:
            return str(self._string(_ENDS_KEY, False))
        placeholder = _PLACEHOLDER.match(self.text, self.at)
        word = placeholder or _WORD_KEY.match(self.text, self.at)
        if word is None:
            raise refuse("malformed", f"at character {self.at}")
        self.at = word.end()
        self._mend("unquoted_key")
        return word[0].strip()

    def _string(self, ends: re.Pattern[str], in_object: bool) -> str:
        """A quoted text. A quote that is not followed by what must follow belongs to the text."""
        opening = self.text[self.at]
        closing = _QUOTES[opening]
        if opening != '"':
            self._mend("single_quotes" if opening in "'`" else "smart_quotes")
        stops = re.compile(rf"[{re.escape(closing)}\\\n\r\t]|[\x00-\x1f]")
        parts: list[str] = []
        at = self.at + 1
        while True:
            stop = stops.search(self.text, at)
            if stop is None:
                raise refuse("truncated")
            parts.append(self.text[at : stop.start()])
            mark, at = stop[0], stop.end()
            if mark == "\\":
                at = self._escape(at, parts)
            elif mark in closing:
                if ends.match(self.text, at) or (in_object and _ENDS_LINE_THEN_KEY.match(self.text, at)):
                    break
                self._mend("unescaped_quotes")
                parts.append(mark)
            else:
                self._mend("raw_newline" if mark in "\r\n" else "control_character")
                parts.append(mark)
        self.at = at
        text = "".join(parts)
        check_string(text)
        return text

    def _escape(self, at: int, parts: list[str]) -> int:
        kind = self.text[at : at + 1]
        if kind == "u":
            match = re.compile(
                r"(?:\\?u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4})"
            ).match(self.text, at)
            if match:
                parts.append(json.loads(f'"\\{match[0]}"'))
                return match.end()
        if kind in _ESCAPES and kind:
            if kind == "'":
                self._mend("bad_escape")
            parts.append(_ESCAPES[kind])
            return at + 1
        if not kind:
            raise refuse("truncated")
        self._mend("bad_escape")
        parts.append("\\")
        return at

    def _bare(self, in_object: bool) -> Any:
        """A value without quotes: a literal, a number, a missing value or words."""
        grouped = _GROUPED.match(self.text, self.at) if in_object else None
        if grouped:
            self.at = grouped.end()
            self._mend("grouped_number")
            try:
                return read_number(grouped[0])
            except Ambiguous:
                return grouped[0]  # refused later, if the field it stands in matters
        match = _BARE.match(self.text, self.at)
        if match is None:
            raise refuse("malformed", f"at character {self.at}")
        word = match[0].strip()
        self.at = match.end()
        if word in _LITERALS:
            return _LITERALS[word]
        if word in _PYTHON:
            self._mend("python_literal")
            return _PYTHON[word]
        if word.lower() in MISSING_WORDS:
            self._mend("missing_number")
            return None
        if _NUMBER.fullmatch(word):
            return self._number(word)
        if not self.text[self.at : self.at + 1]:
            raise refuse("truncated")
        if quiet(word) is None and (":" in word or len(word) > 200):
            # Words may stand unquoted, but `a b: c` may be two fields with a comma lost between them.
            line = word.split("\n")[0]
            if not re.match(r"[A-Za-z0-9_]+:[^\s:]+\Z|\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]*\Z|\d\d?:\d\d(?::\d\d)?\Z", line):
                raise refuse("malformed", f"at character {match.start()}")
        self._mend("unquoted_value")
        check_string(word)
        return word

    def _number(self, word: str) -> Any:
        plain = word.replace("\u2212", "-").lstrip("+")
        if re.fullmatch(r"-?\d+", plain):
            if re.fullmatch(r"-?0\d+", plain):
                self._mend("unquoted_value")
                return word
            return integer(plain)
        found = read_number(plain)
        if found is None:
            raise refuse("number_out_of_range")
        return found

    def _gap(self) -> None:
        """Skips white space, invisible characters and comments."""
        while True:
            gap = _GAP.match(self.text, self.at)
            if gap:
                self.at = gap.end()
            if self.text[self.at : self.at + 1] != "/":
                return
            comment = _COMMENT.match(self.text, self.at)
            if comment is None:
                return
            self._mend("comment")
            self.at = comment.end()

    def _mend(self, code: str) -> None:
        if code not in self.repairs:
            self.repairs.append(code)
