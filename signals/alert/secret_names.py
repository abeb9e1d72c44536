"""Which names of fields announce something that only its owner may know."""

from __future__ import annotations

from functools import lru_cache

from signals.alert.synonyms import squash, words

_EXACT = frozenset(
    words("""
    secret passphrase password passwd passcode pwd pass token key apikey signaltoken auth authorization bearer
    credential credentials license licence licenseid licenceid licensekey pin hash signature hmac accesskey
    webhookkey botkey alertkey userkey accountkey secretcode authcode
""")
)
_ENDINGS = (
    "secret",
    "passphrase",
    "password",
    "apikey",
    "token",
    "secretkey",
    "privatekey",
    "licenseid",
    "licenceid",
    "authkey",
)

#: One of these stands in every name above, however it is written.
_ROOTS = words("secret pass pwd token key auth bearer credential licen pin hash signature hmac")
_LOWERED = bytes(range(256)).lower()
_BETWEEN = bytes(at for at in range(128) if not chr(at).isalnum())


def may_name_a_secret(text: str) -> bool:
    """False when no name within a text can be a secret's, which is seen of nearly every alert without reading it."""
    if not text.isascii():
        return True
    squashed = text.encode().translate(_LOWERED, _BETWEEN).decode()
    return any(map(squashed.__contains__, _ROOTS))


def is_secret_name(name: str) -> bool:
    """True when a field of this name holds something only its owner may know."""
    # The same few names come with every alert; long ones are not worth remembering.
    return _known(name) if len(name) <= 48 else _is_secret(squash(name)[-96:])


@lru_cache(maxsize=2048)
def _known(name: str) -> bool:
    return _is_secret(squash(name))


def _is_secret(plain: str) -> bool:
    return (
        plain in _EXACT
        or plain.endswith(_ENDINGS)
        or (plain.endswith("s") and (plain[:-1] in _EXACT or plain[:-1].endswith(_ENDINGS)))
    )
