"""The last look before anything is stored: the source's own token must be nowhere, whatever field it hid in."""

from typing import Any

import orjson

REMOVED = "[removed]"
_SHORTEST = 8  # a shorter word is no token, and removing it would tear texts apart


def scrubbed(data: dict[str, Any], secrets: tuple[str, ...]) -> dict[str, Any]:
    """The data, unchanged when no secret stands in it, else with each replaced in every text, also in keys."""
    text = orjson.dumps(data).decode()
    for secret in secrets:
        if hidden_in(text, (secret,)):
            data = _without(data, secret)
    return data


def hidden_in(text: str, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets stands in a JSON text."""
    return any(len(secret) >= _SHORTEST and orjson.dumps(secret)[1:-1].decode() in text for secret in secrets)


def scrubbed_text(text: str, secrets: tuple[str, ...]) -> str:
    """A text without the secrets."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, REMOVED)
    return text


def _without(value: Any, secret: str) -> Any:
    if isinstance(value, str):
        return value.replace(secret, REMOVED)
    if isinstance(value, dict):
        return {key.replace(secret, REMOVED): _without(item, secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without(item, secret) for item in value]
    return value
