"""The words behind the parser's codes: what it mended, and what it noticed without refusing."""

from __future__ import annotations

#: repair code -> what was wrong with the body.
REPAIRS: dict[str, str] = {
    "bad_escape": "a backslash before a character that needs none",
    "bom": "a byte order mark before the text",
    "comment": "a // or /* */ comment inside the JSON",
    "control_character": "a tab or another control character inside a text",
    "double_encoded": "JSON inside a JSON string",
    "empty_value": "nothing after a colon: a placeholder that resolved to nothing",
    "equals_sign": "= in the place of :",
    "extra_comma": "doubled or leading commas",
    "grouped_number": "an unquoted number with digit groups, as in 25,118.25",
    "html_entities": "&quot; in the place of quotes",
    "invisible_characters": "zero-width characters or special spaces",
    "loose_json": "small departures from JSON, such as +5 or semicolons",
    "missing_comma": "two fields without a comma between them",
    "missing_number": "NaN, Infinity or na in the place of a number",
    "placeholder": "a placeholder that was not filled in",
    "python_literal": "True, False or None as a programming language writes them",
    "raw_newline": "a line break inside a text",
    "several_objects": "several JSON objects one after another",
    "single_quotes": "single quotes or backticks around a text",
    "smart_quotes": "typographic quotes around a text",
    "text_around": "words or signs around the JSON",
    "trailing_comma": "a comma after the last field",
    "unescaped_quotes": "quotes inside a text",
    "unquoted_key": "a field name without quotes",
    "unquoted_value": "a text without quotes, as in D for a daily interval",
    "utf16": "UTF-16 in the place of UTF-8",
}

#: note code -> what the user should know about an accepted alert.
NOTES: dict[str, str] = {
    "delayed_feed": "The exchange's name ends in _DL or _DLY: its prices are about ten minutes late.",
    "event_not_an_order": "The message tells of a setup or an unknown event with a direction; it is shown, not traded.",
    "level_not_a_price": "A stop or target is too far from the price to be one: it is an offset or a percentage.",
    "placeholders": "Some placeholders of the message were never filled in.",
    "time_not_trusted": "No reading of the alert's time fits its arrival, so its age is unknown.",
    "time_unreadable": "The alert's time could not be read, so its age is unknown.",
    "unrecognised": "No rule understood the message; it is stored as it came and can be taught by a field mapping.",
}
